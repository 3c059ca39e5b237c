//! Spans: of requests from their exchanges, of calls, and of `tracing`; each is encoded when it
//! ends.

mod called;
mod client;
mod details;
mod event;
mod fields;
mod held;
mod http;
mod lent;
mod links;
mod local;
mod parts;
#[cfg(feature = "opentelemetry")]
mod recording;
mod rpc;
mod scratch;
mod server;
mod site;
mod span;
mod state;

use std::sync::Arc;

use crate::config::{self, Clock, Config};
use crate::context::Sampler;
use crate::export::otlp::{Limits, Outlet};
use crate::redaction::Redactor;

use site::Sites;

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
    /// None where they are made for transactions alone.
    outlet: Option<Outlet>,
    redactor: Arc<Redactor>,
    clock: Clock,
    /// Of traces that begin outside of requests.
    sampler: Sampler,
    sites: Sites,
}

impl Traces {
    pub(crate) fn new(config: &Config, outlet: Option<Outlet>, redactor: Arc<Redactor>) -> Self {
        let (settings, clock) = (config.traces.clone(), config.clock.clone());
        let (sampler, sites) = (Sampler::new(settings.sampler), Sites::new(&settings));
        Self { shared: Arc::new(Shared { settings, outlet, redactor, clock, sampler, sites }) }
    }

    /// Whether spans are sent as such, and so outside of requests, too.
    pub(crate) fn are_exported(&self) -> bool {
        self.shared.outlet.is_some()
    }

    /// Sends a span that has ended.
    fn send(&self, span: &Ended<'_>) {
        if self.are_exported() {
            scratch::with_message(|out| {
                span.write(out);
                self.push(out);
            });
        }
    }

    /// Sends an encoded span.
    fn push(&self, span: &[u8]) {
        if let Some(outlet) = &self.shared.outlet {
            outlet.push(span);
        }
    }

    fn limits(&self) -> Limits {
        let limits = &self.shared.settings.limits;
        Limits { count: limits.attributes, length: limits.attribute_value_length }
    }
}
