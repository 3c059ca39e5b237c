//! OpenTelemetry's protocol: what is sent, and how it gets there.
//!
//! The messages are those of [opentelemetry-proto](https://github.com/open-telemetry/opentelemetry-proto) 1.x.

mod answer;
mod attributes;
mod backoff;
mod connector;
mod exporter;
mod http;
mod outlet;
mod parcel;
mod resource;
mod transport;
mod ward;

pub(crate) use attributes::{Attributes, Limits, Value};
pub(crate) use outlet::Outlet;
pub(crate) use resource::Resource;
pub(crate) use transport::Collector;
pub(crate) use ward::export;
