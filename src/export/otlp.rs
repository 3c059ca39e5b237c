//! OpenTelemetry's protocol: what is sent, and how it gets there.
//!
//! The messages are those of [opentelemetry-proto](https://github.com/open-telemetry/opentelemetry-proto) 1.x.

mod attributes;
mod outlet;
mod resource;

pub(crate) use attributes::{Attributes, Limits, Value};
pub(crate) use outlet::Outlet;
pub(crate) use resource::Resource;
