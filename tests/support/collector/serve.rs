//! The server: HTTP/1.1 and HTTP/2 on one port.

use std::collections::BTreeMap;
use std::future::pending;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tracing::subscriber::{self, NoSubscriber};

use super::told::{Reply, reply};
use super::{Answer, Export, State, read};

pub(super) struct Server {
    pub(super) addr: SocketAddr,
    pub(super) tls: Option<ServerConfig>,
    pub(super) state: Arc<State>,
}

impl Server {
    pub(super) fn run(self, bound: oneshot::Sender<SocketAddr>, stopping: oneshot::Receiver<()>) {
        // What this thread does is of another process, so to speak.
        let _unheard = subscriber::set_default(NoSubscriber::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let accept = async {
            let listener = TcpListener::bind(self.addr).await.expect("the address is free");
            let _ = bound.send(listener.local_addr().unwrap());
            let acceptor = self.tls.map(|config| TlsAcceptor::from(Arc::new(config)));
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(welcome(stream, acceptor.clone(), Arc::clone(&self.state)));
            }
        };
        runtime.block_on(async {
            tokio::select! {
                _ = stopping => {}
                () = accept => {}
            }
        });
    }
}

async fn welcome(stream: TcpStream, acceptor: Option<TlsAcceptor>, state: Arc<State>) {
    let Some(acceptor) = acceptor else { return serve(stream, state).await };
    // A client that trusts nobody here goes.
    if let Ok(stream) = acceptor.accept(stream).await {
        serve(stream, state).await;
    }
}

async fn serve<S>(stream: S, state: Arc<State>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let respond = service_fn(move |request| {
        let state = Arc::clone(&state);
        async move { respond(request, &state).await }
    });
    let builder = Builder::new(TokioExecutor::new());
    // Whoever is connected may go at any time.
    let _ = builder.serve_connection(TokioIo::new(stream), respond).await;
}

/// An error closes the connection.
async fn respond(request: Request<Incoming>, state: &State) -> io::Result<Response<Reply>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let (path, headers) = (head.uri.path().to_owned(), head.headers);
    let is_grpc = text(&headers, "content-type").starts_with("application/grpc");
    let message = if is_grpc { grpc_message(&body) } else { http_message(&headers, &body) };
    let carried = read::read(&path, &message);
    let answer = {
        let mut inner = state.lock();
        let answer = inner.script.pop_front().unwrap_or_else(|| inner.always.clone());
        let (spans, records) = (carried.spans.len(), carried.records.len());
        let is_taken = answer.takes(spans + records);
        let (headers, bytes) = (told(&headers), body.len());
        inner.exports.push(Export { path, headers, is_grpc, spans, records, bytes, is_taken });
        if is_taken {
            inner.spans.extend(carried.spans);
            inner.records.extend(carried.records);
        }
        // What takes so many at most has taken these.
        if is_taken && matches!(answer, Answer::AtMost(_)) { Answer::Taken } else { answer }
    };
    match answer {
        Answer::Hang => pending().await,
        Answer::Close => Err(io::Error::other("the script says so")),
        Answer::Slow(time) => {
            sleep(time).await;
            Ok(reply(&Answer::Taken, is_grpc))
        }
        answer => Ok(reply(&answer, is_grpc)),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

fn told(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut told = BTreeMap::<String, String>::new();
    for (name, value) in headers {
        let value = value.to_str().unwrap();
        let earlier =
            told.get(name.as_str()).map_or(String::new(), |earlier| format!("{earlier},"));
        told.insert(name.as_str().to_owned(), earlier + value);
    }
    told
}

fn http_message(headers: &HeaderMap, body: &Bytes) -> Vec<u8> {
    assert_eq!(text(headers, "content-type"), "application/x-protobuf");
    match text(headers, "content-encoding") {
        "" => body.to_vec(),
        "gzip" => gunzip(body),
        other => panic!("unknown encoding {other}"),
    }
}

/// One message, after its flag and its length.
fn grpc_message(body: &Bytes) -> Vec<u8> {
    let (head, message) = body.split_first_chunk::<5>().expect("a message's head");
    let length = u32::from_be_bytes(head[1..].try_into().unwrap());
    assert_eq!(usize::try_from(length).unwrap(), message.len(), "one message");
    if head[0] == 1 { gunzip(message) } else { message.to_vec() }
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).expect("gzip");
    plain
}
