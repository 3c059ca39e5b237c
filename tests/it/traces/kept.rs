//! Requests that are kept by how they ended, though the sampler said no.

use std::time::Duration;

use axum::Router;
use axum::routing::get as on_get;
use http::StatusCode;
use obskit::config::{Config, Keep, RootSampler, Sampler};
use obskit::context::RequestContext;
use obskit_tests::collector::Span;
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tracing::Instrument;

use super::lab::{Traced, UNSAMPLED, ask, get, get_with};

fn keeping(slow: Option<Duration>) -> impl FnOnce(&mut Config) {
    move |config| {
        config.traces.sampler = Sampler::ParentBased(RootSampler::AlwaysOff);
        let mut keep = Keep::default();
        keep.slow = slow;
        config.traces.keep = Some(keep);
    }
}

fn around() -> tracing::Span {
    tracing::info_span!("around")
}

fn router(traced: &Traced) -> Router {
    let work = |status: StatusCode, children: usize| async move {
        for number in 0..children {
            async {}.instrument(tracing::info_span!("child", number)).await;
        }
        status
    };
    let late = async || {
        let span = tracing::info_span!("late");
        let context = RequestContext::current().unwrap();
        LATE.lock().unwrap().push((context, span));
        StatusCode::INTERNAL_SERVER_ERROR
    };
    Router::new()
        .route("/ok", on_get(move || work(StatusCode::OK, 3)))
        .route("/missing", on_get(move || work(StatusCode::NOT_FOUND, 3)))
        .route("/fails", on_get(move || work(StatusCode::INTERNAL_SERVER_ERROR, 3)))
        .route("/many", on_get(move || work(StatusCode::BAD_GATEWAY, 300)))
        .route("/deep", on_get(move || work(StatusCode::BAD_GATEWAY, 300).instrument(around())))
        .route("/late", on_get(late))
        .layer(traced.telemetry.layer())
}

static LATE: std::sync::Mutex<Vec<(RequestContext, tracing::Span)>> =
    std::sync::Mutex::new(Vec::new());

/// Runs requests with the telemetry's layer as the only subscriber.
async fn spans_of(traced: &Traced, paths: &[&str]) -> Vec<Span> {
    use tracing_subscriber::layer::SubscriberExt;
    let subscriber = tracing_subscriber::registry().with(traced.telemetry.tracing_layer().unwrap());
    let _entered = tracing::subscriber::set_default(subscriber);
    let router = router(traced);
    for path in paths {
        ask(&router, get(path)).await;
    }
    LATE.lock().unwrap().clear();
    traced.spans()
}

#[tokio::test]
async fn one_that_fails_is_kept_whole() {
    let traced = Traced::with(keeping(None)).await;
    let spans = spans_of(&traced, &["/ok", "/missing", "/fails", "/ok"]).await;
    let root = spans.iter().find(|span| span.parent.is_empty()).unwrap();
    assert_eq!((root.name.as_str(), root.status), ("GET /fails", "error"));
    let children: Vec<_> = spans.iter().filter(|span| span.parent == root.span_id).collect();
    assert_eq!((children.len(), spans.len()), (3, 4), "{spans:#?}");
    for span in &spans {
        assert_eq!(span.attributes["obskit.kept"], "failed");
        assert_eq!((span.flags & 1, &span.trace_id), (0, &root.trace_id));
    }
}

#[tokio::test]
async fn one_that_is_slow_is_kept_too() {
    let traced = Traced::with(keeping(Some(Duration::ZERO))).await;
    let spans = spans_of(&traced, &["/ok"]).await;
    assert_eq!(spans.len(), 4);
    assert!(spans.iter().all(|span| span.attributes["obskit.kept"] == "slow"));
}

#[tokio::test]
async fn a_caller_that_said_no_is_told_no() {
    let traced = Traced::with(keeping(None)).await;
    let handler = async || {
        assert!(!RequestContext::current().unwrap().is_sampled());
        StatusCode::INTERNAL_SERVER_ERROR
    };
    let router = Router::new().route("/", on_get(handler)).layer(traced.telemetry.layer());
    ask(&router, get_with("/", &[("traceparent", UNSAMPLED)])).await;
    let span = traced.span();
    assert_eq!((span.flags & 1, span.parent.len()), (0, 16));
}

#[tokio::test]
async fn what_waits_is_bounded_and_counted() {
    let traced = Traced::with(keeping(None)).await;
    let spans = spans_of(&traced, &["/many"]).await;
    assert_eq!(spans.len(), 1 + 256);
    let text = traced.telemetry.metrics().text();
    let lost = "obskit_dropped_total{signal=\"span\",reason=\"limit\"} 44";
    assert!(text.contains(lost), "{text}");
}

/// The first give way, so that those that stay have their parents.
#[tokio::test]
async fn none_is_kept_without_its_parent() {
    let traced = Traced::with(keeping(None)).await;
    let spans = spans_of(&traced, &["/deep"]).await;
    assert_eq!(spans.len(), 1 + 256);
    let is_there = |id: &str| id.is_empty() || spans.iter().any(|span| span.span_id == id);
    assert!(spans.iter().all(|span| is_there(&span.parent)), "{spans:#?}");
    let numbers = spans.iter().filter_map(|span| span.attribute("number")?.as_u64());
    assert_eq!(numbers.min(), Some(45));
}

/// Where the router alone knows the route, spans around it begin before the rule is found.
#[tokio::test]
async fn what_began_before_the_route_was_known_goes_by_its_rule() {
    let check = async |sampler: RootSampler, share: f64, expected: &[&str]| {
        use tracing_subscriber::layer::SubscriberExt;
        let traced = Traced::with(|config| {
            keeping(None)(config);
            config.traces.sampler = Sampler::ParentBased(sampler);
            config.traces.routes = vec![("/ok".to_owned(), share)];
        })
        .await;
        let layer = traced.telemetry.tracing_layer().unwrap();
        let subscriber = tracing_subscriber::registry().with(layer);
        let _entered = tracing::subscriber::set_default(subscriber);
        let inner = router(&traced);
        let between =
            service_fn(move |request| inner.clone().oneshot(request).instrument(around()));
        let whole = ServiceBuilder::new().layer(traced.telemetry.layer()).service(between);
        ask(&Router::new().fallback_service(whole), get("/ok")).await;
        let spans = traced.spans();
        let mut names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, expected, "{sampler:?} {share}");
        assert!(spans.iter().all(|span| span.attribute("obskit.kept").is_none()), "{spans:#?}");
    };
    let all = ["GET /ok", "around", "child", "child", "child"];
    check(RootSampler::AlwaysOff, 1.0, &all).await;
    check(RootSampler::AlwaysOn, 1e-12, &[]).await;
}

#[tokio::test]
async fn a_span_that_outlives_its_request_follows_it() {
    let traced = Traced::with(keeping(None)).await;
    let spans = spans_of(&traced, &["/late"]).await;
    let names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["GET /late", "late"]);
    assert_eq!(spans[1].attributes["obskit.kept"], "failed");
}

#[tokio::test]
async fn never_is_never() {
    let traced = Traced::with(|config| {
        keeping(None)(config);
        config.traces.routes = vec![("/fails".to_owned(), 0.0)];
    })
    .await;
    assert_eq!(spans_of(&traced, &["/fails"]).await, []);
}

#[tokio::test]
async fn without_the_setting_nothing_is_kept() {
    let traced = Traced::with(|config| {
        keeping(None)(config);
        config.traces.keep = None;
    })
    .await;
    assert_eq!(spans_of(&traced, &["/fails"]).await, []);
}

#[tokio::test]
async fn a_job_that_fails_is_kept() {
    #[obskit::instrument_job("cleanup")]
    async fn cleanup() -> Result<(), String> {
        Err("disk full".to_owned())
    }
    let traced = Traced::with(keeping(None)).await;
    let _ = traced.telemetry.scope(cleanup()).await;
    let spans = traced.spans();
    let root = spans.iter().find(|span| span.name == "cleanup").unwrap();
    assert_eq!((root.status, &root.attributes["obskit.kept"]), ("error", &"failed".into()));
}
