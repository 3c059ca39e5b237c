//! While the service leaves, clients of HTTP/1 are told to go elsewhere for their next request.

use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use obskit::Telemetry;
use obskit_tests::connection::Connection;
use obskit_tests::serve::Server;
use obskit_tests::settings;
use std::convert::Infallible;
use tower::{Layer, service_fn};

async fn answer(request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    let mut response = Response::new("done".to_owned());
    if request.uri().path() == "/keep" {
        response.headers_mut().insert("connection", "keep-alive".parse().unwrap());
    }
    if request.uri().path() == "/upgrade" {
        *response.status_mut() = http::StatusCode::SWITCHING_PROTOCOLS;
        response.headers_mut().insert("connection", "upgrade".parse().unwrap());
        response.headers_mut().insert("upgrade", "bells".parse().unwrap());
        response.body_mut().clear();
    }
    Ok(response)
}

async fn serve() -> (Telemetry, Server) {
    let telemetry = Telemetry::build(settings::local()).unwrap();
    let server = Server::start(telemetry.layer().layer(service_fn(answer))).await;
    (telemetry, server)
}

/// The header of an answer, and whether the connection takes another request.
async fn ask(connection: &mut Connection, path: &str) -> Option<String> {
    let response = connection.get(path).await.unwrap();
    let said = response.headers().get("connection").map(|value| value.to_str().unwrap().to_owned());
    response.into_body().collect().await.unwrap();
    said
}

#[tokio::test]
async fn connections_of_http_1_are_closed() {
    let (telemetry, server) = serve().await;
    let mut connection = Connection::open(server.address, Version::HTTP_11).await;
    assert_eq!(ask(&mut connection, "/").await, None);
    telemetry.shutdown_signal().unwrap().trigger();
    assert_eq!(ask(&mut connection, "/keep").await.as_deref(), Some("close"));
    connection.get("/").await.unwrap_err();
    // Who comes anew is served.
    let mut connection = Connection::open(server.address, Version::HTTP_11).await;
    assert_eq!(ask(&mut connection, "/").await.as_deref(), Some("close"));
}

#[tokio::test]
async fn those_of_http_2_are_the_servers_affair() {
    let (telemetry, server) = serve().await;
    let mut connection = Connection::open(server.address, Version::HTTP_2).await;
    telemetry.shutdown_signal().unwrap().trigger();
    for _ in 0..2 {
        assert_eq!(ask(&mut connection, "/").await, None);
    }
}

#[tokio::test]
async fn an_upgrade_is_left_alone() {
    let (telemetry, server) = serve().await;
    telemetry.shutdown_signal().unwrap().trigger();
    let mut connection = Connection::open(server.address, Version::HTTP_11).await;
    let request =
        Request::get("/upgrade").header("connection", "upgrade").header("upgrade", "bells");
    let response = connection.send(request.body(Full::default()).unwrap()).await.unwrap();
    assert_eq!(response.headers()["connection"], "upgrade");
}
