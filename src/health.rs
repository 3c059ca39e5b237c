//! Whether the service works: its checks, and what its probes are told.
//!
//! [`Telemetry::health`](crate::Telemetry::health) takes the checks. They run in the background, on
//! the service's own runtime, and a probe reads what they came to last: it waits for nothing.

#[cfg(feature = "tokio")]
mod active;
mod announce;
mod bounds;
#[cfg(not(feature = "tokio"))]
#[path = "health/changes/disabled.rs"]
mod changes;
#[cfg(feature = "tokio")]
#[path = "health/changes/enabled.rs"]
mod changes;
mod check;
#[cfg(feature = "checks")]
pub mod checks;
mod entry;
mod failure;
#[cfg(feature = "tonic")]
mod grpc;
mod latch;
mod passive;
mod probe;
mod progress;
#[cfg(feature = "tokio")]
mod pulse;
#[cfg(feature = "tokio")]
mod run;
#[cfg(not(feature = "tokio"))]
#[path = "health/runner/disabled.rs"]
mod runner;
#[cfg(feature = "tokio")]
#[path = "health/runner/enabled.rs"]
mod runner;
mod state;
mod status;

#[cfg(feature = "tokio")]
pub use active::CheckBuilder;
pub use check::{BoxError, Check};
#[cfg(feature = "tonic")]
pub use grpc::GrpcHealth;
pub use latch::Latch;
pub use passive::{Passive, PassiveBuilder};
pub use state::Health;
pub use status::{CheckReport, Importance, Probe, Report, Status};

#[cfg(feature = "tokio")]
pub(crate) use pulse::Pulse;
pub(crate) use state::Observe;
