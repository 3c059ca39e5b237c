//! The server span of a request, made from its exchange.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::context::{Exchange, Outcome, Record, UNMATCHED};
use crate::export::otlp::{Attributes, Value};

use super::{Ended, Kind, Status, Traces};

impl Record for Traces {
    fn record(&self, exchange: &Exchange<'_>) {
        let context = exchange.context;
        if !context.is_sampled() {
            return;
        }
        let limits = self.limits();
        let mut attributes = Attributes::new(Attributes::SPAN);
        attributes.add("http.request.method", Value::Text(context.method()), limits);
        let route = context.endpoint();
        let name = if route == UNMATCHED {
            context.method().to_owned()
        } else {
            attributes.add("http.route", Value::Text(route), limits);
            format!("{} {route}", context.method())
        };
        attributes.add("http.response.status_code", Value::Int(exchange.status.into()), limits);
        let start = nanos(exchange.started);
        let took = u64::try_from(exchange.duration.as_nanos()).unwrap_or(u64::MAX);
        let is_error = matches!(
            exchange.outcome,
            Outcome::ServerError | Outcome::Panicked | Outcome::BodyError
        );
        self.send(&Ended {
            ids: context.ids(),
            parent: context.parent_span_id(),
            has_remote_parent: true,
            tracestate: context.tracestate(),
            name: &name,
            kind: Kind::Server,
            start,
            end: start.saturating_add(took),
            attributes: &attributes,
            events: &[],
            dropped_events: 0,
            links: &[],
            dropped_links: 0,
            status: if is_error { Status::Error("") } else { Status::Unset },
        });
    }
}

/// Since 1970.
pub(super) fn nanos(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
