//! OpenTelemetry's protocol: what is sent, and how it gets there.
//!
//! The messages are those of
//! [opentelemetry-proto](https://github.com/open-telemetry/opentelemetry-proto) 1.x.

mod answer;
mod attributes;
mod backoff;
mod client;
mod connector;
mod console;
mod exporter;
#[cfg(not(feature = "otlp-grpc"))]
#[path = "otlp/grpc/disabled.rs"]
mod grpc;
#[cfg(feature = "otlp-grpc")]
#[path = "otlp/grpc/enabled.rs"]
mod grpc;
mod http;
mod notices;
mod outlet;
mod parcel;
mod resource;
mod transport;
mod ward;

pub(crate) use answer::Answer;
pub(crate) use attributes::{Attributes, Limits, Value};
pub(crate) use exporter::Way;
pub(crate) use notices::{Notices, Tell};
pub(crate) use outlet::{Outlet, Standing};
pub(crate) use resource::Resource;
pub(crate) use transport::Collector;
pub(crate) use ward::export;
