//! Spans, as a collector gets them.

mod bridge;
mod client;
mod kept;
mod lab;
mod records;
mod sampling;
mod server;
