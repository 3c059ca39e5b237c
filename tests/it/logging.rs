//! Log lines: what is written, of which event, in which request.

mod access;
mod bytes;
mod cost;
pub mod exchange;
mod flood;
mod flush;
mod keys;
mod levels;
mod order;
mod recorder;
mod redaction;
mod schema;
mod spans;

use obskit_tests::lab;
