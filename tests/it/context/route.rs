//! The endpoint of services whose routes no framework tells.

use super::lab::{call, finished, get, samples, telemetry, telemetry_with};
use axum::Router;
use axum::body::Body;
use axum::routing::get as on_get;
use http::{Method, Request, Response, Uri};
use obskit::middleware::ServerLayer;
use obskit_tests::http::try_get;
use obskit_tests::serve::Server;
use std::borrow::Cow;
use std::convert::Infallible;
use tower::{Layer, Service, service_fn};

/// Answers everything with the ID and the endpoint that it sees.
fn bare<B: Send + 'static>() -> impl Service<
    Request<B>,
    Response = Response<String>,
    Error = Infallible,
    Future: Future<Output = Result<Response<String>, Infallible>> + Send,
> + Clone
+ Send
+ Sync {
    service_fn(async |_: Request<B>| {
        let context = obskit::context::RequestContext::current().unwrap();
        Ok(Response::new(format!("{} {}", context.request_id(), context.endpoint())))
    })
}

fn by_matcher<'a>(_: &'a Method, uri: &'a Uri) -> Option<Cow<'a, str>> {
    let rest = uri.path().strip_prefix("/users/")?;
    Some(if rest.contains('/') { "/users/{id}/{part}".into() } else { "/users/{id}".into() })
}

async fn check(layer: ServerLayer, path: &str, endpoint: &str) {
    let reply = call(&layer.layer(bare()), get(path)).await;
    assert_eq!(reply.text(), format!("{} {endpoint}", reply.header("x-request-id")), "{path}");
}

#[tokio::test]
async fn a_matcher_then_a_declared_path_names_it() {
    let telemetry = telemetry();
    let layer = || telemetry.layer().matcher(by_matcher).route(&Method::GET, "/exact");
    check(layer(), "/users/7?a=b", "/users/{id}").await;
    check(layer(), "/users/7/cart", "/users/{id}/{part}").await;
    check(layer(), "/exact", "/exact").await;
    check(layer(), "/exact?a=b", "/exact").await;
    check(layer(), "/exact/", "unmatched").await;
    check(layer(), "/Exact", "unmatched").await;
    check(layer(), "/elsewhere", "unmatched").await;
    check(layer().route(&Method::GET, "/users/me"), "/users/me", "/users/{id}").await;
}

/// A template that was declared is no path, and what was not declared is none either.
#[tokio::test]
async fn only_what_was_declared_is_an_exact_path() {
    let telemetry = telemetry();
    let layer = || telemetry.layer().exclude("/excluded").streaming("/streaming");
    for path in ["/excluded", "/streaming", "/other"] {
        check(layer(), path, "unmatched").await;
    }
}

#[tokio::test]
async fn declared_endpoints_stand_at_0_before_the_first_request() {
    let telemetry = telemetry();
    drop(telemetry.layer().routes([(Method::GET, "/a"), (Method::POST, "/b/{id}")]));
    let text = telemetry.metrics().text();
    for (method, endpoint) in [("GET", "/a"), ("POST", "/b/{id}")] {
        let labels = format!("method=\"{method}\",endpoint=\"{endpoint}\"");
        for outcome in
            ["status=\"200\",outcome=\"success\"", "status=\"500\",outcome=\"server_error\""]
        {
            let line = format!("http_requests_total{{{labels},{outcome}}} 0\n");
            assert!(text.contains(&line), "{line}");
        }
        let line = format!("http_requests_in_flight{{endpoint=\"{endpoint}\"}} 0\n");
        assert!(text.contains(&line), "{line}");
    }
}

/// Scanners ask for whatever they like.
#[tokio::test]
async fn unknown_paths_and_methods_make_one_series() {
    let telemetry = telemetry();
    let service = telemetry.layer().layer(bare());
    for n in 0..1_000 {
        let method = Method::from_bytes(format!("SCAN{n}").as_bytes()).unwrap();
        let request = Request::builder().method(method).uri(format!("/{n}.php"));
        call(&service, request.body(Body::empty()).unwrap()).await;
    }
    assert_eq!(finished(&telemetry), ["_OTHER unmatched 200 success 1000"]);
    assert_eq!(samples(&telemetry, "http_response_ttfb_seconds_count").len(), 1);
}

#[tokio::test]
async fn a_matcher_that_answers_with_paths_is_bounded() {
    let telemetry = telemetry_with(|config| config.metrics.endpoint_limit = 3);
    let layer = telemetry.layer().route(&Method::GET, "/declared");
    let layer = layer.matcher(|_, uri| Some(uri.path().to_owned().into()));
    let service = layer.layer(bare());
    for path in ["/1", "/2", "/3", "/4", "/5", "/1", "/declared"] {
        call(&service, get(path)).await;
    }
    let expected = [
        "GET /1 200 success 2",
        "GET /2 200 success 1",
        "GET /3 200 success 1",
        "GET /declared 200 success 1",
        "GET overflow 200 success 2",
    ];
    assert_eq!(finished(&telemetry), expected);
}

#[tokio::test]
async fn a_long_template_is_cut() {
    let telemetry = telemetry();
    let layer = telemetry.layer().matcher(|_, _| Some("/é".repeat(100).into()));
    let service = layer.layer(bare());
    call(&service, get("/a")).await;
    // 128 bytes would end in the middle of a character.
    let kept = format!("{}/", "/é".repeat(42));
    assert_eq!(finished(&telemetry), [format!("GET {kept} 200 success 1")]);
}

#[tokio::test]
async fn axum_goes_before_the_matcher() {
    let telemetry = telemetry();
    let layer = telemetry.layer().matcher(|_, _| Some("by matcher".into()));
    let router = Router::new().route("/a/{b}", on_get(async || ())).layer(layer);
    call(&router, get("/a/1")).await;
    call(&router, get("/nowhere")).await;
    let expected = ["GET /a/{b} 200 success 1", "GET by matcher 404 client_error 1"];
    assert_eq!(finished(&telemetry), expected);
}

/// The layer nearer to the handler knows better.
#[tokio::test]
async fn an_inner_layers_matcher_names_it() {
    let telemetry = telemetry();
    let inner = telemetry.layer().matcher(by_matcher).layer(bare());
    let service = telemetry.layer().matcher(|_, _| Some("outer".into())).layer(inner);
    for path in ["/users/7", "/elsewhere"] {
        call(&service, get(path)).await;
    }
    let expected = ["GET /users/{id} 200 success 1", "GET outer 200 success 1"];
    assert_eq!(finished(&telemetry), expected);
}

#[tokio::test]
async fn a_bare_hyper_server_needs_nothing_else() {
    let telemetry = telemetry();
    let service = telemetry.layer().matcher(by_matcher).layer(bare());
    let server = Server::start(service).await;
    for (path, endpoint) in [("/users/7", "/users/{id}"), ("/elsewhere", "unmatched")] {
        let reply = try_get(&server.url(path), &[]).await.unwrap();
        let id = reply.header("x-request-id");
        assert_eq!(id.len(), 36);
        assert_eq!(reply.text(), format!("{id} {endpoint}"));
    }
    let expected = ["GET /users/{id} 200 success 1", "GET unmatched 200 success 1"];
    assert_eq!(finished(&telemetry), expected);
}
