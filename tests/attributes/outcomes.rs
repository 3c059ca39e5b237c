//! Outcomes: what a value does not say itself is that of the request; what was said otherwise.

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http_body_util::BodyExt;
use obskit::context::{self, RequestContext};
use obskit::{Classify, Telemetry, instrument_dependency, instrument_endpoint};
use obskit_tests::samples::samples;
use std::fmt;
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, oneshot};
use tokio_stream::StreamExt;
use tower::ServiceExt;

use crate::read::{ask, dependency, get as request, handler, telemetry, value};

/// Becomes a response, and says nothing else of itself.
#[derive(Debug)]
struct Refused(u16);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused by {}", self.0)
    }
}

impl std::error::Error for Refused {}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        StatusCode::from_u16(self.0).unwrap().into_response()
    }
}

/// Says what it is by its attributes.
#[derive(Debug, Classify)]
enum Judged {
    #[classify(client_error)]
    NotFound,
    #[classify(server_error)]
    Database,
}

impl IntoResponse for Judged {
    fn into_response(self) -> Response {
        // Against what it says.
        StatusCode::IM_A_TEAPOT.into_response()
    }
}

#[instrument_endpoint]
async fn unsaid(code: u16) -> Result<&'static str, Refused> {
    if code == 200 { Ok("fine") } else { Err(Refused(code)) }
}

#[instrument_endpoint]
async fn judged(database: bool) -> Result<&'static str, Judged> {
    Err(if database { Judged::Database } else { Judged::NotFound })
}

/// What the router answers to one request by `handler`.
async fn serve<F, R>(
    telemetry: &Telemetry,
    handler: impl FnOnce() -> F + Clone + Send + Sync + 'static,
) -> StatusCode
where
    F: Future<Output = R> + Send + 'static,
    R: IntoResponse + 'static,
{
    ask(telemetry, &Router::new().route("/", get(handler)), request("/")).await.status
}

/// The error of the user becomes a response, whose status is the outcome.
#[tokio::test]
async fn unsaid_errors_end_as_their_exchange() {
    for (code, expected) in [
        (200, "success=1"),
        (404, "client_error=1"),
        (422, "client_error=1"),
        (500, "server_error=1"),
        (503, "server_error=1"),
        // A redirect, which handlers give as an error.
        (303, "success=1"),
        // No failure of the request, but one of the function all the same.
        (202, "server_error=1"),
    ] {
        let telemetry = telemetry();
        assert_eq!(serve(&telemetry, move || unsaid(code)).await, code);
        handler(&telemetry, "unsaid", expected);
    }
}

#[tokio::test]
async fn what_is_said_is_not_asked_of_the_exchange() {
    for (database, expected) in [(false, "client_error=1"), (true, "server_error=1")] {
        let telemetry = telemetry();
        assert_eq!(serve(&telemetry, move || judged(database)).await, StatusCode::IM_A_TEAPOT);
        handler(&telemetry, "judged", expected);
    }
}

/// While the response is under way the call is timed, and its outcome waits.
#[tokio::test]
async fn unsaid_outcomes_wait_for_the_end_of_the_body() {
    async fn slowly() -> Response {
        let error = unsaid(502).await.unwrap_err();
        let frames = tokio_stream::iter(["a", "b"]).map(Ok::<_, std::io::Error>);
        (error.into_response().status(), Body::from_stream(frames)).into_response()
    }
    let telemetry = telemetry();
    let service = Router::new().route("/", get(slowly)).layer(telemetry.layer());
    let response = service.oneshot(request("/")).await.unwrap();
    let labels = [("handler", "unsaid")];
    assert_eq!(value::<u64>(&telemetry, "handler_duration_seconds_count", &labels), 1);
    assert_eq!(value::<i64>(&telemetry, "handler_in_flight", &labels), 0);
    let calls = samples(&telemetry, "handler_calls_total");
    assert!(calls.iter().all(|sample| sample.value < 1.0), "{calls:?}");
    response.into_body().collect().await.unwrap();
    handler(&telemetry, "unsaid", "server_error=1");
}

/// A client that leaves meanwhile does not lose the call.
#[tokio::test]
async fn unsaid_outcomes_of_a_client_that_left() {
    async fn endless() -> Response {
        let _ = unsaid(404).await;
        Body::from_stream(tokio_stream::pending::<Result<&str, std::io::Error>>()).into_response()
    }
    let telemetry = telemetry();
    let service = Router::new().route("/", get(endless)).layer(telemetry.layer());
    drop(service.oneshot(request("/")).await.unwrap());
    handler(&telemetry, "unsaid", "server_error=1");
}

/// A task of the request that outlives it has nothing to wait for.
#[tokio::test]
async fn unsaid_outcomes_after_the_end() {
    let telemetry = telemetry();
    let (tell, told) = oneshot::channel();
    let gate = Arc::new(Notify::new());
    let once = Arc::new(Mutex::new(Some((tell, Arc::clone(&gate)))));
    let spawning = async move || {
        let (tell, gate) = once.lock().unwrap().take().unwrap();
        let late = context::spawn(async move {
            gate.notified().await;
            unsaid(404).await
        });
        tell.send(late).unwrap();
    };
    assert_eq!(serve(&telemetry, spawning).await, StatusCode::OK);
    gate.notify_one();
    told.await.unwrap().await.unwrap().unwrap_err();
    handler(&telemetry, "unsaid", "server_error=1");
}

/// A request that is left out of metrics ends for its handlers all the same.
#[tokio::test]
async fn unsaid_outcomes_of_an_excluded_request() {
    async fn probing() -> Result<&'static str, Refused> {
        RequestContext::current().unwrap().exclude();
        unsaid(404).await
    }
    let telemetry = telemetry();
    serve(&telemetry, probing).await;
    handler(&telemetry, "unsaid", "client_error=1");
    assert!(samples(&telemetry, "http_requests_total").is_empty());
}

/// However many there are, each is counted once.
#[tokio::test]
async fn many_unsaid_outcomes_in_one_request() {
    async fn many() -> Response {
        for _ in 0..1_000 {
            let _ = unsaid(500).await;
        }
        StatusCode::NOT_FOUND.into_response()
    }
    let telemetry = telemetry();
    assert_eq!(serve(&telemetry, many).await, StatusCode::NOT_FOUND);
    let calls = |outcome| {
        let labels = [("handler", "unsaid"), ("outcome", outcome)];
        value::<u64>(&telemetry, "handler_calls_total", &labels)
    };
    assert_eq!(calls("client_error") + calls("server_error"), 1_000);
    assert!(calls("client_error") >= 16, "{}", calls("client_error"));
    let labels = [("handler", "unsaid")];
    assert_eq!(value::<u64>(&telemetry, "handler_duration_seconds_count", &labels), 1_000);
}

#[instrument_dependency("ledger")]
async fn entered() -> Result<(), Refused> {
    Err(Refused(404))
}

/// A dependency's failure is its own, whatever the request comes to.
#[tokio::test]
async fn dependencies_do_not_wait() {
    let telemetry = telemetry();
    serve(&telemetry, async || entered().await.map_or("handled", |()| "fine")).await;
    dependency(&telemetry, "ledger", "entered", "server_error=1");
}

#[instrument_endpoint(ok_if = matches!(result, Err(Refused(409))))]
async fn twice_is_fine(code: u16) -> Result<(), Refused> {
    if code == 200 { Ok(()) } else { Err(Refused(code)) }
}

#[instrument_endpoint(error_if = result.is_none())]
async fn must_be_there(n: Option<u32>) -> Option<u32> {
    n
}

#[instrument_endpoint(error_if = *result > limit, ok_if = *result == 0)]
async fn at_most(limit: u32, n: u32) -> u32 {
    n
}

#[instrument_endpoint(
    ok_if = result.as_ref().is_err_and(|error| matches!(error, Judged::NotFound)),
)]
async fn absent_is_fine(database: bool) -> Result<u32, Judged> {
    Err(if database { Judged::Database } else { Judged::NotFound })
}

#[instrument_endpoint(error_if = result.as_ref().is_err_and(|status| *status == 404))]
async fn known_routes_alone(code: u16) -> Result<impl IntoResponse, StatusCode> {
    let status = StatusCode::from_u16(code).unwrap();
    if code < 300 { Ok((status, "text")) } else { Err(status) }
}

#[instrument_endpoint(ok_if = result.status() == 404)]
fn absent_page(code: u16) -> Response {
    StatusCode::from_u16(code).unwrap().into_response()
}

#[tokio::test]
async fn ok_if_and_error_if() {
    let telemetry = telemetry();
    for code in [200, 409, 500] {
        let _ = telemetry.scope(twice_is_fine(code)).await;
    }
    handler(&telemetry, "twice_is_fine", "success=2 server_error=1");
    for n in [Some(1), None, Some(2)] {
        assert_eq!(telemetry.scope(must_be_there(n)).await, n);
    }
    handler(&telemetry, "must_be_there", "success=2 server_error=1");
    for n in [0, 5, 6] {
        telemetry.scope(at_most(5, n)).await;
    }
    handler(&telemetry, "at_most", "success=2 server_error=1");
    for database in [true, false] {
        telemetry.scope(absent_is_fine(database)).await.unwrap_err();
    }
    handler(&telemetry, "absent_is_fine", "success=1 server_error=1");
    for code in [200, 404, 500] {
        assert_eq!(telemetry.sync_scope(|| absent_page(code)).status(), code);
    }
    handler(&telemetry, "absent_page", "success=2 server_error=1");
    for code in [200, 400, 404] {
        let _ = telemetry.scope(known_routes_alone(code)).await;
    }
    handler(&telemetry, "known_routes_alone", "success=1 client_error=1 server_error=1");
}

/// What is said by `ok_if` does not wait for the request.
#[tokio::test]
async fn ok_if_within_a_request() {
    let telemetry = telemetry();
    for (code, expected) in [
        (409, "success=1"),
        (404, "success=1 client_error=1"),
        (500, "success=1 client_error=1 server_error=1"),
    ] {
        let response = serve(&telemetry, async move || twice_is_fine(code).await).await;
        assert_eq!(response, code);
        handler(&telemetry, "twice_is_fine", expected);
    }
}
