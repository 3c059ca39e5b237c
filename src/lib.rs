//! Observability for Rust services: one dependency, one layer.

mod concurrent;
pub mod config;
pub mod context;
mod error;
mod export;
mod ledger;
pub mod metrics;

pub use error::Error;
