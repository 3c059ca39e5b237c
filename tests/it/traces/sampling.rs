//! Which requests become spans, and that everyone agrees on it.

use axum::Router;
use axum::routing::get as on_get;
use obskit::Telemetry;
use obskit::config::{Config, RootSampler, Sampler};
use obskit::context::RequestContext;
use obskit::middleware::ServerLayer;
use obskit_tests::settings;
use tower::ServiceBuilder;

use crate::context::lab::{call, sent};

use super::lab::{SAMPLED, Traced, UNSAMPLED, ask, get, get_with};

async fn handler() -> &'static str {
    // Everything that asks has the same answer.
    let context = RequestContext::current().unwrap();
    assert_eq!(context.is_sampled(), context.trace_flags().is_sampled());
    "done"
}

fn router(layer: ServerLayer) -> Router {
    Router::new()
        .route("/api/checkout", on_get(handler))
        .route("/api/users/{id}", on_get(handler))
        .route("/healthz", on_get(handler))
        .layer(layer)
}

/// How many of these requests become spans.
async fn count(set: impl FnOnce(&mut Config), requests: &[(&str, Option<&str>)]) -> Vec<String> {
    let traced = Traced::with(set).await;
    let router = router(traced.telemetry.layer());
    for (path, traceparent) in requests {
        let headers = traceparent.map(|value| ("traceparent", value));
        ask(&router, get_with(path, headers.as_slice())).await;
    }
    traced.spans().into_iter().map(|span| span.name).collect()
}

fn never(config: &mut Config) {
    config.traces.sampler = Sampler::ParentBased(RootSampler::AlwaysOff);
}

#[tokio::test]
async fn a_caller_decides_and_else_the_sampler() {
    let requests =
        [("/healthz", None), ("/api/checkout", Some(SAMPLED)), ("/api/users/7", Some(UNSAMPLED))];
    let found = count(|_| (), &requests).await;
    assert_eq!(found, ["GET /healthz", "GET /api/checkout"]);
    assert_eq!(count(never, &requests).await, ["GET /api/checkout"]);
    let found = count(|config| config.traces.sampler = Sampler::AlwaysOff, &requests).await;
    assert_eq!(found, [] as [&str; 0]);
    let found = count(|config| config.traces.sampler = Sampler::AlwaysOn, &requests).await;
    assert_eq!(found.len(), 3);
}

#[tokio::test]
async fn a_route_has_a_share_of_its_own() {
    let rules = |config: &mut Config| {
        never(config);
        let rule = |route: &str, share| (route.to_owned(), share);
        config.traces.routes = vec![rule("/healthz", 0.0), rule("/api/checkout", 1.0)];
    };
    let requests = [
        ("/healthz", None),
        ("/healthz", Some(SAMPLED)),
        ("/api/checkout", None),
        ("/api/checkout", Some(UNSAMPLED)),
        ("/api/users/7", None),
        ("/api/users/7", Some(SAMPLED)),
    ];
    let found = count(rules, &requests).await;
    assert_eq!(found, ["GET /api/checkout", "GET /api/users/{id}"]);
}

#[tokio::test]
async fn a_share_is_of_the_traces_that_begin_here() {
    let rules = |config: &mut Config| {
        config.traces.routes = vec![("/api/users/{id}".to_owned(), 0.25)];
        config.traces.batch.queue_size = 4_000;
    };
    let found = count(rules, &vec![("/api/users/7", None); 4_000]).await.len();
    // Ten standard deviations either way.
    assert!((726..=1_274).contains(&found), "{found}");
}

/// The inner layer alone knows the route, and with it the rule.
#[tokio::test]
async fn a_rule_holds_whoever_names_the_route() {
    let set = |config: &mut Config| {
        let rule = |route: &str, share| (route.to_owned(), share);
        config.traces.routes = vec![rule("/healthz", 0.0), rule("/api/checkout", 1.0)];
    };
    let traced = Traced::with(set).await;
    let inner = router(traced.telemetry.layer());
    let whole = ServiceBuilder::new().layer(traced.telemetry.layer()).service(inner);
    let whole = Router::new().fallback_service(whole);
    for path in ["/healthz", "/api/checkout"] {
        ask(&whole, get(path)).await;
    }
    assert_eq!(traced.span().name, "GET /api/checkout");
}

#[tokio::test]
async fn what_is_left_out_is_never_traced() {
    let traced = Traced::start().await;
    let router = Router::new()
        .route("/probe", on_get(async || assert!(!RequestContext::current().unwrap().is_sampled())))
        .route("/self", on_get(async || RequestContext::current().unwrap().exclude()))
        .route("/other", on_get(handler))
        .layer(traced.telemetry.layer().exclude("/probe"));
    for path in ["/probe", "/self", "/other"] {
        ask(&router, get_with(path, &[("traceparent", SAMPLED)])).await;
    }
    assert_eq!(traced.span().name, "GET /other");
}

/// Calls to others say what became of the request.
#[tokio::test]
async fn others_are_told_what_the_rule_says() {
    let mut config = settings::local();
    config.traces.routes = vec![("/healthz".to_owned(), 0.0)];
    let telemetry = Telemetry::build(config).unwrap();
    let called = telemetry.clone();
    let flags = async move || sent(&called, get("http://others/")).await;
    let router = Router::new()
        .route("/healthz", on_get(flags.clone()))
        .route("/other", on_get(flags))
        .layer(telemetry.layer());
    for (path, flags) in [("/healthz", "-00"), ("/other", "-01")] {
        let reply = call(&router, get_with(path, &[("traceparent", SAMPLED)])).await;
        assert!(reply.header("traceparent").ends_with(flags), "{path}: {reply:?}");
    }
}

#[tokio::test]
async fn a_job_has_a_rule_by_its_name() {
    #[obskit::instrument_job("cleanup")]
    async fn cleanup() {}
    #[obskit::instrument_job("backup")]
    async fn backup() {}
    let set = |config: &mut Config| {
        let rule = |name: &str| (name.to_owned(), 0.0);
        config.traces.routes = vec![rule("cleanup"), rule("unmatched")];
    };
    let traced = Traced::with(set).await;
    traced
        .telemetry
        .scope(async {
            cleanup().await;
            backup().await;
        })
        .await;
    let roots = traced.spans().into_iter().filter(|span| span.parent.is_empty());
    assert_eq!(roots.map(|span| span.name).collect::<Vec<_>>(), ["backup"]);
}
