//! What became of spans, reports and the like, and requests that make them.

use std::collections::BTreeMap;
use std::convert::Infallible;

use http::{Request, Response};
use obskit::Telemetry;
use tower::{Layer, ServiceExt, service_fn};

use crate::samples::{Sample, samples};

/// The ledger's counts of one signal, as they are exposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub accepted: u64,
    pub delivered: u64,
    /// By reason, where any was.
    pub dropped: BTreeMap<String, u64>,
}

/// Why an item is not even accepted.
const BEFORE: [&str; 2] = ["flood", "limit"];

impl Sums {
    /// Those of spans.
    pub fn of_spans(telemetry: &Telemetry) -> Self {
        Self::of(telemetry, "span")
    }

    /// Those of a signal, such as `report`.
    pub fn of(telemetry: &Telemetry, signal: &str) -> Self {
        let of = |name: &str| {
            let samples = samples(telemetry, name);
            samples.into_iter().filter(|sample| sample.labels["signal"] == signal)
        };
        let sum = |name: &str| of(name).map(|sample| count(&sample)).sum();
        let dropped = of("obskit_dropped_total")
            .map(|sample| (sample.labels["reason"].clone(), count(&sample)))
            .filter(|(_, count)| *count > 0);
        Self {
            accepted: sum("obskit_accepted_total"),
            delivered: sum("obskit_delivered_total"),
            dropped: dropped.collect(),
        }
    }

    pub fn new(accepted: u64, delivered: u64, dropped: &[(&str, u64)]) -> Self {
        let dropped = dropped.iter().map(|(reason, count)| ((*reason).to_owned(), *count));
        Self { accepted, delivered, dropped: dropped.collect() }
    }

    pub fn lost(&self) -> u64 {
        self.dropped.values().sum()
    }

    /// Accepted, and neither delivered nor lost.
    pub fn waiting(&self) -> u64 {
        let before = |reason: &str| self.dropped.get(reason).copied().unwrap_or_default();
        let lost = self.lost() - BEFORE.into_iter().map(before).sum::<u64>();
        self.accepted - self.delivered - lost
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
fn count(sample: &Sample) -> u64 {
    sample.value as u64
}

/// Has so many requests, each of which is a span.
pub async fn requests(telemetry: &Telemetry, count: usize) {
    ask(telemetry, count, 200).await;
}

/// Has so many requests fail, each of which is a report.
pub async fn failures(telemetry: &Telemetry, count: usize) {
    ask(telemetry, count, 503).await;
}

async fn ask(telemetry: &Telemetry, count: usize, status: u16) {
    let service = telemetry.layer().layer(service_fn(move |_: Request<String>| async move {
        let response = Response::builder().status(status).body(String::new());
        Ok::<_, Infallible>(response.unwrap())
    }));
    for _ in 0..count {
        let request = Request::get("/users/1").body(String::new()).unwrap();
        drop(service.clone().oneshot(request).await.unwrap());
    }
}
