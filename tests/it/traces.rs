//! Spans, as a collector gets them.

mod bridge;
mod client;
