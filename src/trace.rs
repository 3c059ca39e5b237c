//! Spans: of requests from their exchanges, of calls, and of `tracing`; each is encoded when it ends.

mod called;
mod client;
mod held;
mod http;
mod local;
#[cfg(feature = "opentelemetry")]
mod recording;
mod rpc;
mod scratch;
mod server;
mod span;

use std::sync::Arc;

use crate::config;
use crate::export::otlp::{Limits, Outlet};
use crate::redaction::Redactor;

pub(crate) use local::LocalSpan;
#[cfg(feature = "opentelemetry")]
pub(crate) use recording::{Recording, Start};
pub(crate) use span::{Ended, Kind, Status};

/// The spans of one telemetry. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Traces {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: config::Traces,
    outlet: Outlet,
    redactor: Arc<Redactor>,
}

impl Traces {
    pub(crate) fn new(settings: config::Traces, outlet: Outlet, redactor: Arc<Redactor>) -> Self {
        Self { shared: Arc::new(Shared { settings, outlet, redactor }) }
    }

    /// Sends a span that has ended.
    fn send(&self, span: &Ended<'_>) {
        scratch::with_message(|out| {
            span.write(out);
            self.shared.outlet.push(out);
        });
    }

    fn limits(&self) -> Limits {
        let limits = &self.shared.settings.limits;
        Limits { count: limits.attributes, length: limits.attribute_value_length }
    }
}
