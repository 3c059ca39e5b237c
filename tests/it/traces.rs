//! Spans, as a collector gets them.

mod bridge;
mod client;
mod console;
mod cost;
mod environment;
mod events;
mod kept;
mod lab;
mod levels;
mod limits;
mod local;
mod records;
mod resource;
mod sampling;
mod server;
