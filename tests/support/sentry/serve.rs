//! The server: HTTP/1.1.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::pending;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{HeaderMap, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
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

use super::{Answer, Envelope, KEY, State, read};

type Reply = BoxBody<Bytes, Infallible>;

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
    let sent = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let headers = told(&head.headers);
    check(&headers);
    let body = plain(&headers, &sent);
    let (header, items) = read::read(&body);
    let answer = {
        let mut inner = state.lock();
        let answer = inner.script.pop_front().unwrap_or_else(|| inner.always.clone());
        let is_taken = answer.takes(sent.len(), &items);
        inner.envelopes.push(Envelope {
            path: head.uri.path().to_owned(),
            headers,
            header,
            items,
            text: String::from_utf8(body).expect("text"),
            is_taken,
            at: Instant::now(),
        });
        match answer {
            Answer::AtMost(_) | Answer::Without(_) if is_taken => Answer::Taken,
            Answer::Without(_) => Answer::status(400),
            Answer::AtMost(_) => Answer::status(413),
            answer => answer,
        }
    };
    reply(answer).await
}

/// What every request has to have.
fn check(headers: &BTreeMap<String, String>) {
    assert_eq!(headers["content-type"], "application/x-sentry-envelope");
    let auth = headers["x-sentry-auth"].strip_prefix("Sentry ").expect("Sentry's own scheme");
    let parts: BTreeMap<_, _> =
        auth.split(", ").map(|part| part.split_once('=').expect("name=value")).collect();
    assert_eq!(parts["sentry_version"], "7");
    assert_eq!(parts["sentry_key"], KEY);
    assert!(parts["sentry_client"].starts_with("obskit/"), "{auth}");
}

fn told(headers: &HeaderMap) -> BTreeMap<String, String> {
    let told = headers.iter().map(|(name, value)| {
        assert_eq!(headers.get_all(name).iter().count(), 1, "{name} stands once");
        (name.as_str().to_owned(), value.to_str().unwrap().to_owned())
    });
    told.collect()
}

fn plain(headers: &BTreeMap<String, String>, body: &Bytes) -> Vec<u8> {
    match headers.get("content-encoding").map(String::as_str) {
        None => body.to_vec(),
        Some("gzip") => {
            let mut plain = Vec::new();
            GzDecoder::new(&body[..]).read_to_end(&mut plain).expect("gzip");
            plain
        }
        Some(other) => panic!("unknown encoding {other}"),
    }
}

async fn reply(answer: Answer) -> io::Result<Response<Reply>> {
    let taken = || Bytes::from_static(b"{\"id\":\"0\"}");
    let body = match &answer {
        Answer::Hang => pending().await,
        Answer::Close => return Err(io::Error::other("the script says so")),
        Answer::Slow(time) => {
            sleep(*time).await;
            taken()
        }
        Answer::Status { body, .. } | Answer::Garbage(body) => Bytes::from_static(body),
        Answer::Flood(bytes) => vec![b'x'; *bytes].into(),
        _ => taken(),
    };
    let body = Full::new(body);
    let body = match &answer {
        Answer::NoEnd => body.with_trailers(pending()).boxed(),
        _ => body.boxed(),
    };
    let mut response = Response::new(body);
    let headers = match &answer {
        Answer::Status { code, headers, .. } => {
            *response.status_mut() = (*code).try_into().unwrap();
            *headers
        }
        Answer::TakenWith(headers) => *headers,
        _ => &[],
    };
    for (name, value) in headers {
        response.headers_mut().append(*name, value.parse().unwrap());
    }
    Ok(response)
}
