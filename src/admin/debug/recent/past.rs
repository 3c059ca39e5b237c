//! What is kept of a finished request.

use std::time::{Duration, SystemTime};

use crate::context::{Exchange, Outcome, Route, TraceId};

/// A finished request by its endpoint and its IDs: no path, no user. It holds nothing of the
/// request itself, and so keeps neither its head nor its telemetry in memory.
#[derive(Debug)]
pub(in crate::admin::debug) struct Past {
    pub(in crate::admin::debug) started: SystemTime,
    pub(in crate::admin::debug) duration: Duration,
    pub(in crate::admin::debug) time_to_head: Option<Duration>,
    pub(in crate::admin::debug) method: &'static str,
    /// Where its endpoint is among the routes.
    pub(in crate::admin::debug) route: usize,
    pub(in crate::admin::debug) status: u16,
    pub(in crate::admin::debug) grpc_status: Option<u8>,
    pub(in crate::admin::debug) outcome: Outcome,
    pub(in crate::admin::debug) request_id: Box<str>,
    pub(in crate::admin::debug) trace_id: TraceId,
}

impl Past {
    pub(super) fn of(exchange: &Exchange<'_>) -> Self {
        let context = exchange.context;
        Self {
            started: exchange.started,
            duration: exchange.duration,
            time_to_head: exchange.time_to_head,
            method: context.method(),
            route: context.route().map_or(0, Route::position),
            status: exchange.status,
            grpc_status: exchange.grpc_status,
            outcome: exchange.outcome,
            // A copy, because an ID that was sent may be a part of all that was received.
            request_id: context.request_id().as_str().into(),
            trace_id: context.trace_id(),
        }
    }
}
