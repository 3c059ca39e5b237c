//! `/debug/requests`: which requests are under way, which were slow, which failed.

use std::time::Duration;

use http::Response;
use serde_json::{Value, json};

use crate::admin::Admin;
use crate::admin::content::Content;
use crate::context::{Route, Routes, TraceId};
use crate::logging::timestamp;

use super::page;
use super::recent::Past;

/// A request that has not ended.
struct UnderWay<'a> {
    route: &'a Route,
    began: Duration,
    /// None while it is being noted.
    trace: Option<TraceId>,
}

/// Requests under way that are shown, the oldest; and how many of one endpoint, so that streams,
/// which last, do not hide what hangs.
const SHOWN: usize = 100;
const SHOWN_EACH: usize = 20;

impl Admin {
    /// Under way, by their age; the slowest of the last minutes; the last that failed.
    pub(in crate::admin) fn requests_page(&self) -> Response<Content> {
        let routes = &self.internals.routes;
        let now = routes.age(self.internals.clock.now());
        let past = |past: &Past| self.past(past);
        let slowest: Vec<_> =
            self.internals.recent.slowest(now).iter().map(|slow| past(slow)).collect();
        let failures: Vec<_> =
            self.internals.recent.failures().iter().map(|failed| past(failed)).collect();
        page(&json!({
            "inFlight": in_flight(routes, now),
            "slowest": slowest,
            "failures": failures,
        }))
    }

    fn past(&self, past: &Past) -> Value {
        let endpoint = self.internals.routes.at(past.route).map(Route::template);
        let time = timestamp(past.started);
        let shown = [
            ("time", json!(str::from_utf8(&time).unwrap_or_default())),
            ("method", json!(past.method)),
            ("endpoint", json!(endpoint)),
            ("status", json!(past.status)),
            ("grpcStatus", json!(past.grpc_status)),
            ("outcome", json!(past.outcome.as_str())),
            ("durationMs", json!(milliseconds(past.duration))),
            ("timeToHeadMs", json!(past.time_to_head.map(milliseconds))),
            ("requestId", json!(past.request_id)),
            ("traceId", json!(past.trace_id.to_string())),
        ];
        // What there is nothing of is left out.
        let shown = shown.into_iter().filter(|(_, value)| !value.is_null());
        shown.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// How many there are, and the oldest of them.
fn in_flight(routes: &Routes, now: Duration) -> Value {
    let (mut count, mut oldest) = (0, Vec::new());
    for route in routes.iter() {
        let begun = route.in_flight.oldest().map(|began| now.saturating_sub(began));
        // As in the gauges: the request for this page is nobody's concern.
        if route.is_worth_showing(begun) {
            let mut ours = Vec::new();
            route.in_flight.each(|began, trace| ours.push(UnderWay { route, began, trace }));
            count += route.in_flight.count();
            keep_oldest(&mut ours, SHOWN_EACH);
            oldest.append(&mut ours);
            keep_oldest(&mut oldest, SHOWN);
        }
    }
    let oldest: Vec<_> = oldest.iter().map(|under_way| under_way.shown(now)).collect();
    json!({ "count": count, "oldest": oldest })
}

fn keep_oldest(requests: &mut Vec<UnderWay<'_>>, most: usize) {
    requests.sort_by_key(|request| request.began);
    requests.truncate(most);
}

impl UnderWay<'_> {
    fn shown(&self, now: Duration) -> Value {
        json!({
            "endpoint": self.route.template(),
            "ageMs": milliseconds(now.saturating_sub(self.began)),
            "traceId": self.trace.map(|trace| trace.to_string()),
        })
    }
}

/// To the microsecond.
#[expect(clippy::cast_precision_loss, reason = "exact for 285 years")]
fn milliseconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e3
}
