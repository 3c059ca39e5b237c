//! A hyper client's connections belong to the request that opened them.

use super::lab::{current_id, get, serve, telemetry, within};
use axum::body::Body;
use http::Uri;
use hyper::rt::Executor;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo};
use obskit::context::ContextExecutor;
use std::collections::HashSet;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tower::service_fn;

/// The request IDs under which a connection is read and written.
type Seen = Arc<Mutex<HashSet<String>>>;

struct Watched {
    stream: TcpStream,
    seen: Seen,
}

impl Watched {
    fn stream(self: Pin<&mut Self>) -> Pin<&mut TcpStream> {
        self.seen.lock().unwrap().insert(current_id());
        Pin::new(&mut self.get_mut().stream)
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream().poll_read(cx, into)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream().poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}

impl Connection for Watched {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

async fn seen_with<E>(executor: E) -> (String, HashSet<String>)
where
    E: Executor<Pin<Box<dyn Future<Output = ()> + Send>>> + Send + Sync + Clone + 'static,
{
    let address = serve(axum::Router::new()).await;
    let seen = Seen::default();
    let copy = Arc::clone(&seen);
    let connector = service_fn(move |_: Uri| {
        let seen = Arc::clone(&copy);
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            Ok::<_, io::Error>(TokioIo::new(Watched { stream, seen }))
        })
    });
    let client: Client<_, Body> = Client::builder(Boxed(executor)).build(connector);
    let telemetry = telemetry();
    let id = within(&telemetry, &[], async move |context| {
        client.request(get("http://billing/")).await.unwrap();
        context.request_id().to_string()
    });
    let id = id.await;
    let seen = seen.lock().unwrap().clone();
    (id, seen)
}

/// hyper wants an executor of every future.
#[derive(Clone)]
struct Boxed<E>(E);

impl<E, F> Executor<F> for Boxed<E>
where
    E: Executor<Pin<Box<dyn Future<Output = ()> + Send>>>,
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, future: F) {
        self.0.execute(Box::pin(future));
    }
}

#[tokio::test]
async fn what_it_spawns_has_the_id() {
    let (id, seen) = seen_with(ContextExecutor(TokioExecutor::new())).await;
    assert_eq!(seen, HashSet::from([id]));
}

#[tokio::test]
async fn what_another_spawns_has_none() {
    let (_, seen) = seen_with(TokioExecutor::new()).await;
    assert!(seen.contains(""), "{seen:?}");
}
