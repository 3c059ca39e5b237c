//! The way of spans to a collector.

mod arrive;
