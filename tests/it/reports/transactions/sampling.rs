//! Which requests are transactions.

use axum::Router;
use axum::routing::get as on_get;
use http::StatusCode;
use obskit::config::{Config, Exporter, Keep, RootSampler, Sampler};
use obskit::context::RequestContext;
use obskit_tests::collector::Collector;
use obskit_tests::exported::Sums;
use obskit_tests::sentry::Answer;
use tracing::Instrument;

use super::super::performed::{Performed, SAMPLED, UNSAMPLED, get, get_with};

fn router() -> Router {
    let handler = async || async {}.instrument(tracing::info_span!("child")).await;
    Router::new().route("/", on_get(handler))
}

/// A caller's `traceparent` whose trace ID ends in this number.
fn caller(low: u64) -> String {
    format!("00-000000000000000f{low:016x}-00f067aa0ba902b7-01")
}

#[tokio::test]
async fn the_trace_id_decides_as_in_every_other_service() {
    let check = async |rate: f64, low: u64, expected: usize| {
        let performed = Performed::with(|config| config.reports.traces_sample_rate = rate).await;
        performed.ask(&router(), get_with("/", &[("traceparent", &caller(low))])).await;
        assert_eq!(performed.items("transaction").len(), expected, "{rate} {low:x}");
    };
    check(0.5, (1 << 63) - 1, 1).await;
    check(0.5, 1 << 63, 0).await;
    check(0.1, u64::MAX / 10 - 4_096, 1).await;
    check(0.1, u64::MAX / 10 + 4_096, 0).await;
    check(1.0, u64::MAX, 1).await;
    check(0.0, 0, 0).await;
}

#[tokio::test]
async fn the_sampling_of_spans_has_no_say_and_hears_nothing() {
    let check = async |traceparent: &str, is_sampled: bool| {
        let performed = Performed::with(never).await;
        let handler = async move || {
            assert_eq!(RequestContext::current().unwrap().is_sampled(), is_sampled);
        };
        let router = Router::new().route("/", on_get(handler));
        performed.ask(&router, get_with("/", &[("traceparent", traceparent)])).await;
        performed.transaction();
    };
    check(SAMPLED, true).await;
    check(UNSAMPLED, false).await;
    check("", false).await;
}

fn never(config: &mut Config) {
    config.traces.sampler = Sampler::ParentBased(RootSampler::AlwaysOff);
}

/// The same spans go both ways, each where it is sampled.
#[tokio::test]
async fn a_collector_and_sentry_get_what_each_samples() {
    let check = async |sampler: Sampler, rate: f64, spans: usize, transactions: usize| {
        let collector = Collector::start().await;
        let performed = Performed::with(|config| {
            collector.config(config);
            config.traces.sampler = sampler;
            config.reports.traces_sample_rate = rate;
        })
        .await;
        performed.ask(&router(), get("/")).await;
        let found = performed.items("transaction");
        assert_eq!(found.len(), transactions, "{sampler:?} {rate}");
        let sent = collector.spans();
        assert_eq!(sent.len(), spans, "{sampler:?} {rate}");
        for transaction in &found {
            assert_eq!(transaction["spans"].as_array().unwrap().len(), 1);
            let id = transaction["contexts"]["trace"]["span_id"].as_str().unwrap();
            assert!(sent.is_empty() || sent.iter().any(|span| span.span_id == id));
        }
        assert_eq!(Sums::of_spans(&performed.telemetry).lost(), 0);
    };
    check(Sampler::AlwaysOn, 1.0, 2, 1).await;
    check(Sampler::AlwaysOn, 0.0, 2, 0).await;
    check(Sampler::AlwaysOff, 1.0, 0, 1).await;
    check(Sampler::AlwaysOff, 0.0, 0, 0).await;
}

/// What waits for the collector to see how its request ends does not keep Sentry waiting.
#[tokio::test]
async fn one_that_is_kept_by_how_it_ended_is_a_transaction_all_the_same() {
    let check = async |status: StatusCode, spans: usize| {
        let collector = Collector::start().await;
        let set = |config: &mut Config| {
            collector.config(config);
            never(config);
            config.traces.keep = Some(Keep::default());
        };
        let performed = Performed::with(set).await;
        let handler = async move || tracing::info_span!("child").in_scope(|| status);
        performed.ask(&Router::new().route("/", on_get(handler)), get("/")).await;
        let transaction = performed.transaction();
        assert_eq!(transaction["spans"].as_array().unwrap().len(), 1);
        assert_eq!(transaction["contexts"]["trace"]["data"].get("obskit.kept"), None);
        assert_eq!(collector.spans().len(), spans, "{status}");
    };
    check(StatusCode::OK, 0).await;
    check(StatusCode::BAD_GATEWAY, 2).await;
}

#[tokio::test]
async fn an_excluded_request_is_none() {
    let performed = Performed::start().await;
    let handler = async || RequestContext::current().unwrap().exclude();
    performed.ask(&Router::new().route("/", on_get(handler)), get("/")).await;
    assert!(performed.items("transaction").is_empty());
}

#[tokio::test]
async fn nor_is_one_of_a_route_that_is_never_traced() {
    let never = |config: &mut Config| config.traces.routes = vec![("/".to_owned(), 0.0)];
    let performed = Performed::with(never).await;
    performed.ask(&router(), get("/")).await;
    assert!(performed.items("transaction").is_empty());
}

/// Without an exporter spans are made for transactions alone.
#[tokio::test]
async fn what_is_outside_of_requests_is_none() {
    let performed = Performed::start().await;
    let outside = tracing::info_span!("outside");
    outside.in_scope(|| assert_eq!(obskit::telemetry::current_span(), None));
    drop(outside);
    performed.ask(&router(), get("/")).await;
    assert_eq!(performed.transaction()["spans"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn none_is_made_while_sentry_wants_none() {
    let performed = Performed::with(|config| config.traces.exporter = Exporter::None).await;
    performed.sentry.answer([Answer::limited(&[("x-sentry-rate-limits", "60:transaction:key")])]);
    for _ in 0..3 {
        performed.ask(&router(), get("/")).await;
        performed.items("transaction");
    }
    let text = performed.telemetry.metrics().text();
    let accepted = "obskit_accepted_total{signal=\"transaction\"} 1";
    assert!(text.contains(accepted), "{text}");
}
