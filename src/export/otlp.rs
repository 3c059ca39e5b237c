//! OpenTelemetry's protocol: what is sent, and how it gets there.
//!
//! The messages are those of
//! [opentelemetry-proto](https://github.com/open-telemetry/opentelemetry-proto) 1.x.

mod answer;
mod attributes;
mod console;
mod exporter;
#[cfg(not(feature = "otlp-grpc"))]
#[path = "otlp/grpc/disabled.rs"]
mod grpc;
#[cfg(feature = "otlp-grpc")]
#[path = "otlp/grpc/enabled.rs"]
mod grpc;
mod http;
mod outlet;
mod parcel;
mod resource;
mod transport;

pub(crate) use answer::Answer;
pub(crate) use attributes::{Attributes, Limits, Value};
pub(crate) use exporter::{Way, export};
pub(crate) use outlet::Outlet;
pub(crate) use resource::Resource;
pub(crate) use transport::Collector;
