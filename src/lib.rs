//! Observability for Rust services: one dependency, one layer.

pub mod config;
pub mod context;
mod concurrent;
mod error;
mod export;
mod ledger;
pub mod metrics;

pub use error::Error;
