//! Log lines: what is written, of which event, in which request.

mod access;
mod bytes;
pub mod exchange;
mod flood;
mod lab;
mod recorder;
mod redaction;
mod schema;
