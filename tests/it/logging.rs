//! Log lines: what is written, of which event, in which request.

mod access;
pub mod exchange;
mod flood;
mod lab;
mod recorder;
