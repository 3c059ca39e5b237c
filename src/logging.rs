//! Structured logs: an event becomes a line, a line becomes bytes, bytes go through a bounded sink.

mod limit;
mod line;
mod members;
mod recorder;
mod sink;
