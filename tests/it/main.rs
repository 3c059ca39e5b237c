//! Tests through the public API: a module per feature.

mod architecture;
mod collect;
mod config;
mod exposition;
mod histogram;
mod propagation;
mod request_id;
