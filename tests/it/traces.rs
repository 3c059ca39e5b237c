//! Spans, as a collector gets them.

mod bridge;
mod client;
mod console;
mod events;
mod kept;
mod lab;
mod levels;
mod limits;
mod local;
mod records;
mod sampling;
mod server;
