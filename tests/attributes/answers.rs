//! Errors that say nothing of whose fault they are: how they are told is how they are counted,
//! whatever becomes of the answer.

use std::io;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get as on_get;
use http::StatusCode;
use http_body_util::BodyExt;
use obskit::instrument_endpoint;
use obskit_tests::lab::Lab;
use obskit_tests::recorded::{get, handler, summary, told};
use tokio_stream::{Stream, StreamExt};
use tower::{Layer, ServiceExt};

/// Tells nothing but its status.
#[derive(Debug)]
struct Refused(u16);

#[instrument_endpoint(name = "an_refuse", report = errors)]
async fn refuse(status: u16) -> Result<Response, Refused> {
    Err(Refused(status))
}

/// Answers by the error, with a body that ends as `frames` do.
async fn answer<S>(status: u16, frames: S) -> Response
where
    S: Stream<Item = io::Result<&'static str>> + Send + 'static,
{
    let Err(Refused(status)) = refuse(status).await else { return Response::default() };
    (StatusCode::from_u16(status).unwrap(), Body::from_stream(frames)).into_response()
}

/// Its body breaks.
async fn breaking(Path(status): Path<u16>) -> Response {
    answer(status, tokio_stream::iter([Ok("a"), Err(io::Error::other("gone"))])).await
}

/// Its body never ends.
async fn endless(Path(status): Path<u16>) -> Response {
    answer(status, tokio_stream::once(Ok("a")).chain(tokio_stream::pending())).await
}

async fn check(path: &str, outcome: &str, line: Option<&str>) {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let router = Router::new()
        .route("/breaking/{status}", on_get(breaking))
        .route("/endless/{status}", on_get(endless));
    let service = lab.telemetry.layer().layer(router);
    let mut response = service.oneshot(get(path)).await.unwrap();
    while path.contains("breaking") {
        let Some(Ok(_)) = response.frame().await else { break };
    }
    drop(response);
    handler(&lab.telemetry, "an_refuse", &format!("{outcome}=1"));
    let lines: Vec<_> = told(&lab, module_path!()).iter().map(summary).collect();
    let begins = |line: &String, with: &str| line.starts_with(&format!("{with} an_refuse failed"));
    assert!(lines.len() == usize::from(line.is_some()), "{path}: {lines:?}");
    assert!(lines.iter().all(|told| line.is_some_and(|with| begins(told, with))), "{lines:?}");
}

#[tokio::test]
async fn what_is_told_is_what_is_counted() {
    for end in ["breaking", "endless"] {
        check(&format!("/{end}/404"), "client_error", Some("warn")).await;
        check(&format!("/{end}/502"), "server_error", Some("error")).await;
    }
    // The client left what was no failure of the request's.
    check("/endless/303", "success", None).await;
    check("/endless/200", "server_error", None).await;
}
