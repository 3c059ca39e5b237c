//! How calls end, and under which name they are counted.

use super::{Wrapped, calls, client, client_of, request, soon};
use crate::context::lab::{finished, serve, telemetry};
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::IntoResponse;
use axum::routing::any;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use obskit::middleware::Operation;
use std::convert::Infallible;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Notify;
use tokio_stream::StreamExt;
use tower::{Service, ServiceExt};

async fn status(Path(status): Path<u16>) -> impl IntoResponse {
    (StatusCode::from_u16(status).unwrap(), "four")
}

/// The status after a whole call.
async fn whole(client: &Wrapped, request: Request<Body>) -> u16 {
    let response = soon(client.clone().oneshot(request)).await.unwrap();
    let status = response.status().as_u16();
    soon(response.into_body().collect()).await.unwrap();
    status
}

#[tokio::test]
async fn answers_count_by_class() {
    let telemetry = telemetry();
    let client = client(&telemetry);
    let address = serve(Router::new().route("/{status}", any(status))).await;
    for status in [200, 201, 204, 302, 304, 400, 404, 429, 500, 503] {
        let request = request(Method::GET, &format!("http://{address}/{status}"));
        assert_eq!(whole(&client, request).await, status);
    }
    let expected =
        ["billing GET client_error 3", "billing GET server_error 2", "billing GET success 5"];
    assert_eq!(calls(&telemetry), expected);
}

#[tokio::test]
async fn the_operation_is_the_method_unless_it_is_named() {
    let telemetry = telemetry();
    let client = client(&telemetry);
    let address = serve(Router::new().route("/{status}", any(status))).await;
    let url = format!("http://{address}/200");
    for method in ["GET", "HEAD", "POST", "DELETE", "PURGE", "get"] {
        whole(&client, request(method.parse().unwrap(), &url)).await;
    }
    for _ in 0..2 {
        let mut named = request(Method::POST, &url);
        named.extensions_mut().insert(Operation("charge"));
        whole(&client, named).await;
    }
    let expected = [
        "billing DELETE success 1",
        "billing GET success 1",
        "billing HEAD success 1",
        "billing POST success 1",
        "billing _OTHER success 2",
        "billing charge success 2",
    ];
    assert_eq!(calls(&telemetry), expected);
}

/// A reader that knows the length does not ask for an end.
#[tokio::test]
async fn a_body_ends_with_its_announced_length() {
    let telemetry = telemetry();
    let address = serve(Router::new().route("/{status}", any(status))).await;
    let request = request(Method::GET, &format!("http://{address}/200"));
    let response = soon(client(&telemetry).oneshot(request)).await.unwrap();
    let mut body = response.into_body();
    let mut read = 0;
    while read < 4 {
        read += soon(body.frame()).await.unwrap().unwrap().into_data().unwrap().len();
    }
    assert_eq!(calls(&telemetry), ["billing GET success 1"]);
    drop(body);
    assert_eq!(calls(&telemetry), ["billing GET success 1"]);
}

#[tokio::test]
async fn a_refused_connection_is_the_servers_error() {
    let telemetry = telemetry();
    // Bound, so that nobody else gets the port; not listening, so that it refuses.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}/", socket.local_addr().unwrap());
    let refused = soon(client(&telemetry).oneshot(request(Method::GET, &url))).await;
    assert!(refused.unwrap_err().is_connect());
    assert_eq!(calls(&telemetry), ["billing GET server_error 1"]);
}

#[tokio::test]
async fn a_connection_closed_before_the_head_is_the_servers_error() {
    let telemetry = telemetry();
    let url = serve_raw(b"").await;
    soon(client(&telemetry).oneshot(request(Method::GET, &url))).await.unwrap_err();
    assert_eq!(calls(&telemetry), ["billing GET server_error 1"]);
}

#[tokio::test]
async fn a_call_dropped_before_the_head_is_cancelled() {
    let telemetry = telemetry();
    let arrived = Arc::new(Notify::new());
    let copy = Arc::clone(&arrived);
    let handler = async move || {
        copy.notify_one();
        pending::<()>().await;
    };
    let address = serve(Router::new().route("/", any(handler))).await;
    let mut client = client(&telemetry);
    let call =
        client.ready().await.unwrap().call(request(Method::GET, &format!("http://{address}/")));
    tokio::select! {
        _ = call => panic!("the service never answers"),
        () = soon(arrived.notified()) => {}
    }
    assert_eq!(calls(&telemetry), ["billing GET cancelled 1"]);
    drop(client.call(request(Method::GET, "http://billing/")));
    assert_eq!(calls(&telemetry), ["billing GET cancelled 2"], "unpolled");
}

#[tokio::test]
async fn a_body_dropped_while_it_is_awaited_is_cancelled() {
    let telemetry = telemetry();
    let endless = async || {
        let first = tokio_stream::once(Ok::<_, Infallible>("first"));
        Body::from_stream(first.chain(tokio_stream::pending()))
    };
    let address = serve(Router::new().route("/", any(endless))).await;
    let request = request(Method::GET, &format!("http://{address}/"));
    let response = soon(client(&telemetry).oneshot(request)).await.unwrap();
    let mut body = response.into_body();
    let first = soon(body.frame()).await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "first");
    let next = pin!(body.frame()).poll(&mut Context::from_waker(Waker::noop()));
    assert!(next.is_pending());
    assert_eq!(calls(&telemetry), [] as [&str; 0], "it is not over");
    drop(body);
    assert_eq!(calls(&telemetry), ["billing GET cancelled 1"]);
}

/// Many callers want the status alone, or the beginning: they have cancelled nothing.
#[tokio::test]
async fn an_answer_let_go_unread_counts_as_it_came() {
    let telemetry = telemetry();
    let endless = async |Path(status): Path<u16>| {
        let first = tokio_stream::once(Ok::<_, Infallible>("first"));
        let body = Body::from_stream(first.chain(tokio_stream::pending()));
        (StatusCode::from_u16(status).unwrap(), body)
    };
    let address = serve(Router::new().route("/{status}", any(endless))).await;
    for status in [200, 503] {
        let request = request(Method::GET, &format!("http://{address}/{status}"));
        drop(soon(client(&telemetry).oneshot(request)).await.unwrap());
    }
    assert_eq!(calls(&telemetry), ["billing GET server_error 1", "billing GET success 1"]);
    let request = request(Method::GET, &format!("http://{address}/404"));
    let mut body = soon(client(&telemetry).oneshot(request)).await.unwrap().into_body();
    soon(body.frame()).await.unwrap().unwrap();
    drop(body);
    assert_eq!(calls(&telemetry)[0], "billing GET client_error 1");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_body_error() {
    let check = async |answer: &'static [u8]| {
        let telemetry = telemetry();
        let url = serve_raw(answer).await;
        let response = client(&telemetry).oneshot(request(Method::GET, &url));
        let response = soon(response).await.unwrap();
        assert_eq!(response.status(), 200);
        soon(response.into_body().collect()).await.unwrap_err();
        assert_eq!(calls(&telemetry), ["billing GET body_error 1"]);
    };
    check(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc").await;
    check(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n").await;
    check(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nno chunk").await;
}

/// Answers one request, having read its head, with these bytes and closes.
async fn serve_raw(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\n") {
            read.push(stream.read_u8().await.unwrap());
        }
        stream.write_all(answer).await.unwrap();
    });
    url
}

/// Two clients of one telemetry are two dependencies of one registry.
#[tokio::test]
async fn each_dependency_has_its_name() {
    let telemetry = telemetry();
    let address = serve(Router::new().route("/{status}", any(status))).await;
    let url = format!("http://{address}/200");
    for dependency in ["billing", "stock"] {
        let client = client_of(&telemetry, dependency);
        whole(&client, request(Method::GET, &url)).await;
    }
    assert_eq!(calls(&telemetry), ["billing GET success 1", "stock GET success 1"]);
    assert_eq!(finished(&telemetry), [] as [&str; 0]);
}
