//! Observability for Rust services: one dependency, one layer.

mod concurrent;
pub mod config;
pub mod context;
mod error;
mod export;
pub mod health;
mod ledger;
pub mod metrics;
pub mod middleware;
pub mod telemetry;

pub use error::Error;
pub use telemetry::{Telemetry, init};
