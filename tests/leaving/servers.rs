//! One service by three frameworks, each ended as `docs/shutdown.md` tells.

use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use obskit::middleware::ServerLayer;
use obskit::telemetry::ShutdownSignal;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::server::NamedService;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tower::{Layer, Service, service_fn};

use crate::Failure;

/// Waits for a line, for requests that are slow.
#[derive(Clone, Debug)]
pub(crate) struct Slow(pub(crate) watch::Receiver<usize>);

impl Slow {
    async fn answer<B>(mut self, request: Request<B>) -> &'static str {
        if !request.uri().path().ends_with("/slow") {
            return "quick";
        }
        self.0.mark_unchanged();
        // An error is the end of whoever reads lines.
        let _ = self.0.changed().await;
        "slow"
    }
}

pub(crate) async fn axum(
    listener: TcpListener,
    layer: ServerLayer,
    slow: Slow,
    leave: &ShutdownSignal,
) -> Result<(), Failure> {
    let answer = |request: axum::extract::Request| slow.answer(request);
    let app = axum::Router::new().fallback(answer).layer(layer);
    let server = axum::serve(listener, app).with_graceful_shutdown(leave.clone());
    leave.run_until_deadline(server).await.transpose()?;
    Ok(())
}

pub(crate) async fn hyper(
    listener: TcpListener,
    layer: ServerLayer,
    slow: Slow,
    leave: &ShutdownSignal,
) -> Result<(), Failure> {
    let answer = move |request: Request<Incoming>| {
        let answered = slow.clone().answer(request);
        async { Ok::<_, Infallible>(Response::new(Full::new(answered.await.as_bytes()))) }
    };
    let service = layer.layer(service_fn(answer));
    let connections = GracefulShutdown::new();
    let mut stop = leave.clone();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            () = &mut stop => break,
        };
        let service = TowerToHyperService::new(service.clone());
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connections.watch(connection));
    }
    drop(listener);
    leave.run_until_deadline(connections.shutdown()).await;
    Ok(())
}

pub(crate) async fn tonic(
    listener: TcpListener,
    layer: ServerLayer,
    slow: Slow,
    leave: &ShutdownSignal,
) -> Result<(), Failure> {
    let incoming = TcpIncoming::from(listener);
    let server = Server::builder().layer(layer).add_service(Called(slow));
    let serving = server.serve_with_incoming_shutdown(incoming, leave.clone());
    leave.run_until_deadline(serving).await.transpose()?;
    Ok(())
}

/// `/leaving.Leaving/quick` and `/leaving.Leaving/slow`, answered by a status alone.
#[derive(Clone, Debug)]
struct Called(Slow);

impl NamedService for Called {
    const NAME: &'static str = "leaving.Leaving";
}

impl Service<Request<tonic::body::Body>> for Called {
    type Response = Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<tonic::body::Body>) -> Self::Future {
        let answered = self.0.clone().answer(request);
        Box::pin(async {
            let answered = answered.await;
            Ok(tonic::Status::new(tonic::Code::Ok, answered).into_http())
        })
    }
}
