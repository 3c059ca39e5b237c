//! The span of a request.

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::routing::{any, get as on_get, post as on_post};
use http::{Method, Request, Response, StatusCode, Version};
use http_body_util::BodyExt;
use obskit::config::{Capture, Trust};
use obskit::context::RequestContext;
use obskit::middleware::Peer;
use obskit_tests::collector::Span;
use tokio::time::timeout;
use tower::{Layer, ServiceExt, service_fn};

use super::lab::{PARENT, SAMPLED, TRACE, Traced, ask, attributes, get, get_with};

/// A service with a way to each ending.
fn router(traced: &Traced) -> Router {
    let status = async |axum::extract::Path(status): axum::extract::Path<u16>| {
        StatusCode::from_u16(status).unwrap()
    };
    let broken = async || {
        let parts = [Ok("some"), Err(std::io::Error::other("broken"))];
        Body::from_stream(tokio_stream::iter(parts))
    };
    let user = async || RequestContext::current().unwrap().set_user("u-1");
    Router::new()
        .route("/users/{id}", on_get(async || "hello"))
        .route("/status/{status}", any(status))
        .route("/broken", on_get(broken))
        .route("/panics", on_get(async || -> &'static str { panic!("no") }))
        .route("/waits", on_get(std::future::pending::<()>))
        .route("/user", on_get(user))
        .route("/upload", on_post(async |body: String| body))
        .layer(traced.telemetry.layer())
}

async fn span_of(request: Request<Body>) -> Span {
    let traced = Traced::start().await;
    ask(&router(&traced), request).await;
    traced.span()
}

#[tokio::test]
async fn says_what_was_asked_and_answered() {
    let before = SystemTime::now();
    let span = span_of(get_with("/users/7?token=secret", &[("user-agent", "curl")])).await;
    assert_eq!((span.name.as_str(), span.kind), ("GET /users/{id}", "server"));
    let expected = [
        "http.request.method=\"GET\"",
        "http.response.body.size=5",
        "http.response.status_code=200",
        "http.route=\"/users/{id}\"",
        "network.protocol.version=\"1.1\"",
        "url.scheme=\"http\"",
    ];
    assert_eq!(attributes(&span), expected);
    assert_eq!(span.attributes["request_id"].as_str().unwrap().len(), 36);
    assert_eq!((span.status, span.status_message.as_str()), ("unset", ""));
    assert_eq!((span.parent.as_str(), span.flags), ("", 0x101), "a root, of which that is known");
    assert!(span.links.is_empty() && span.events.is_empty());
    let nanos = |at: SystemTime| at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
    assert!(
        u128::from(span.start) >= nanos(before) && u128::from(span.end) <= nanos(SystemTime::now())
    );
    assert!(span.end > span.start);
}

#[tokio::test]
async fn goes_on_with_the_callers_trace() {
    let headers = [("traceparent", SAMPLED), ("tracestate", "a=1,b=2")];
    let span = span_of(get_with("/users/7", &headers)).await;
    assert_eq!((span.trace_id.as_str(), span.parent.as_str()), (TRACE, PARENT));
    assert_eq!((span.tracestate.as_str(), span.flags), ("a=1,b=2", 0x301));
}

#[tokio::test]
async fn points_at_a_caller_that_is_not_trusted() {
    let traced = Traced::with(|config| config.context.trust = Trust::None).await;
    let headers = [("traceparent", SAMPLED), ("tracestate", "a=1"), ("x-forwarded-proto", "https")];
    ask(&router(&traced), get_with("/users/7", &headers)).await;
    let span = traced.span();
    assert_ne!(span.trace_id, TRACE);
    assert_eq!((span.parent.as_str(), span.tracestate.as_str()), ("", ""));
    let [link] = span.links.as_slice() else { panic!("{:?}", span.links) };
    assert_eq!((link.trace_id.as_str(), link.span_id.as_str()), (TRACE, PARENT));
    assert_eq!((link.tracestate.as_str(), link.flags), ("a=1", 1));
    assert_eq!(span.attributes["url.scheme"], "http", "nor are its other headers");
}

#[tokio::test]
async fn has_a_status_of_failures_only() {
    let check = async |path: &str, status: &str, error: Option<&str>, outcome: Option<&str>| {
        let traced = Traced::start().await;
        let router = router(&traced).layer(tower_http::catch_panic::CatchPanicLayer::new());
        ask(&router, get(path)).await;
        let span = traced.span();
        let text = |key: &str| span.attribute(key).map(|value| value.as_str().unwrap().to_owned());
        assert_eq!(span.status, status, "{path}");
        assert_eq!(text("error.type").as_deref(), error, "{path}");
        assert_eq!(text("obskit.outcome").as_deref(), outcome, "{path}");
    };
    check("/status/204", "unset", None, None).await;
    check("/status/302", "unset", None, None).await;
    check("/status/404", "unset", None, None).await;
    check("/status/429", "unset", None, None).await;
    check("/status/500", "error", Some("500"), None).await;
    check("/status/503", "error", Some("503"), None).await;
    check("/broken", "error", Some("body_error"), Some("body_error")).await;
    check("/panics", "error", Some("panic"), Some("panic")).await;
}

#[tokio::test]
async fn tells_of_a_caller_that_is_gone() {
    let traced = Traced::start().await;
    // Polled once, then dropped.
    let gone = timeout(Duration::ZERO, router(&traced).oneshot(get("/waits"))).await;
    assert!(gone.is_err());
    let span = traced.span();
    assert_eq!(span.attributes["http.response.status_code"], 499);
    assert_eq!(span.attributes["obskit.outcome"], "cancelled");
    assert_eq!((span.status, span.attribute("error.type")), ("unset", None));
}

#[tokio::test]
async fn names_no_method_and_no_path_that_anybody_made_up() {
    let mut request = get("/nowhere/at/all");
    *request.method_mut() = Method::from_bytes(b"BREW").unwrap();
    let span = span_of(request).await;
    assert_eq!(span.name, "HTTP");
    assert_eq!(span.attributes["http.request.method"], "_OTHER");
    assert_eq!(span.attribute("http.route"), None);
    let text = format!("{span:?}");
    assert!(!text.contains("BREW") && !text.contains("nowhere"), "{text}");
}

/// What may not stand in a line may not stand in a span either.
#[tokio::test]
async fn a_user_passes_the_redactor() {
    let traced = Traced::start().await;
    let user = async || RequestContext::current().unwrap().set_user("token=hunter2");
    let router = Router::new().route("/user", on_get(user)).layer(traced.telemetry.layer());
    ask(&router, get("/user")).await;
    let span = traced.span();
    assert!(span.attributes.contains_key("user.id"), "{span:?}");
    assert!(!format!("{span:?}").contains("hunter2"), "{span:?}");
}

#[tokio::test]
async fn knows_the_version_the_scheme_the_user_and_the_sizes() {
    let mut request = Request::post("https://example.com/upload")
        .header("content-length", 5)
        .body(Body::from("12345"))
        .unwrap();
    *request.version_mut() = Version::HTTP_2;
    let span = span_of(request).await;
    assert_eq!(span.attributes["network.protocol.version"], "2");
    assert_eq!(span.attributes["url.scheme"], "https");
    assert_eq!(span.attributes["http.request.body.size"], 5);
    assert_eq!(span.attributes["http.response.body.size"], 5);
    assert_eq!(span_of(get("/user")).await.attributes["user.id"], "u-1");
    let forwarded = span_of(get_with("/user", &[("forwarded", "for=a;proto=https")])).await;
    assert_eq!(forwarded.attributes["url.scheme"], "https");
}

#[tokio::test]
async fn tells_what_is_private_where_it_is_listed() {
    let all = [
        Capture::UrlPath,
        Capture::UrlFull,
        Capture::ClientAddress,
        Capture::UserAgent,
        Capture::ServerAddress,
    ];
    let traced = Traced::with(|config| config.traces.capture = all.to_vec()).await;
    let agent = "curl/8 (Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLWhlcmU)";
    let headers = [("user-agent", agent), ("host", "shop.example.com:8443")];
    let mut request = get_with("/users/7?token=secret", &headers);
    request.extensions_mut().insert(Peer("192.0.2.7".parse().unwrap()));
    ask(&router(&traced), request).await;
    let span = traced.span();
    assert_eq!(span.attributes["url.path"], "/users/7");
    assert_eq!(span.attributes["client.address"], "192.0.2.7");
    assert_eq!(span.attributes["server.address"], "shop.example.com");
    assert_eq!(span.attributes["server.port"], 8443);
    let agent = span.attributes["user_agent.original"].as_str().unwrap();
    assert!(agent.starts_with("curl/8 (") && !agent.contains("eyJ"), "{agent}");
    assert!(!format!("{span:?}").contains("secret"));
}

/// A call's answer that is over with its head.
fn grpc_answer(status: Option<&str>) -> Response<Body> {
    let mut response = Response::builder().header("content-type", "application/grpc");
    if let Some(status) = status {
        response = response.header("grpc-status", status);
    }
    response.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn of_a_grpc_call_is_named_by_its_method() {
    let check = async |path: &str, status: Option<&str>, expected: [&str; 4]| {
        let traced = Traced::start().await;
        let layer = traced.telemetry.layer().grpc_route("/shop.v1.Orders/Place");
        let service = layer
            .layer(service_fn(async |_: Request<Body>| Ok::<_, Infallible>(grpc_answer(status))));
        let request = Request::post(path).header("content-type", "application/grpc");
        let response = service.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        drop(response.into_body().collect().await);
        let span = traced.span();
        let text = |key: &str| span.attribute(key).map_or("", |value| value.as_str().unwrap());
        let found = [&span.name, span.status, text("rpc.response.status_code"), text("error.type")];
        assert_eq!(found, expected, "{path} {status:?}");
        assert_eq!(text("rpc.system.name"), "grpc");
        let method = path.trim_start_matches('/');
        let known = if method == span.name { method } else { "_OTHER" };
        assert_eq!(text("rpc.method"), known);
        assert_eq!(span.attribute("http.request.method"), None);
    };
    let (path, name) = ("/shop.v1.Orders/Place", "shop.v1.Orders/Place");
    check(path, Some("0"), [name, "unset", "OK", ""]).await;
    check(path, Some("5"), [name, "unset", "NOT_FOUND", ""]).await;
    check(path, Some("13"), [name, "error", "INTERNAL", "INTERNAL"]).await;
    check(path, None, [name, "error", "UNKNOWN", "UNKNOWN"]).await;
    check("/who/Knows", Some("12"), ["grpc", "error", "UNIMPLEMENTED", "UNIMPLEMENTED"]).await;
}

#[obskit::instrument_job("cleanup")]
async fn cleanup(fails: bool) -> Result<(), &'static str> {
    if fails { Err("disk full") } else { Ok(()) }
}

#[tokio::test]
async fn of_a_job_is_named_by_it() {
    for (fails, status) in [(false, "unset"), (true, "error")] {
        let traced = Traced::start().await;
        let _ = traced.telemetry.scope(cleanup(fails)).await;
        // The function's own span would say the same.
        let root = traced.span();
        assert_eq!((root.name.as_str(), root.kind, root.status), ("cleanup", "internal", status));
        assert_eq!((&*root.parent, &root.attributes["obskit.job"]), ("", &"cleanup".into()));
    }
}

#[tokio::test]
async fn is_as_long_as_the_body() {
    let traced = Traced::start().await;
    let parts = async || {
        let parts = ["one", "two"].map(Ok::<_, Infallible>);
        Body::from_stream(tokio_stream::iter(parts))
    };
    let router = Router::new().route("/", on_get(parts)).layer(traced.telemetry.layer());
    let mut body = router.oneshot(get("/")).await.unwrap().into_body();
    body.frame().await.unwrap().unwrap();
    assert_eq!(traced.spans(), []);
    body.collect().await.unwrap();
    assert_eq!(traced.span().attributes["http.response.body.size"], 6);
}
