//! HTTP/1.1 on an address of its own, on the `obskit` thread.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::config::AdminAddr;
use crate::error::Error;
use crate::export::{Background, Lifeline, unless};

use super::Admin;
use super::access::Origin;
use super::listen::{Listen, Listener};
use super::places::{Place, Places};

/// The operator's server while it runs. It ends with the thread it was started on.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    addr: AdminAddr,
}

/// How long a peer is waited for.
#[derive(Clone, Copy, Debug)]
struct Patience {
    /// From the connection, or the last answer, to the end of the next request's head.
    head: Duration,
    /// After which a connection takes no further request, so that none is held for ever by a peer
    /// that reads or writes a byte at a time.
    connection: Duration,
    /// For the answer that is on its way when a connection's time is over.
    answer: Duration,
    /// The same when the server ends: a service that leaves does not wait for who says nothing.
    end: Duration,
}

const PATIENCE: Patience = Patience {
    head: Duration::from_secs(5),
    connection: Duration::from_mins(1),
    answer: Duration::from_secs(5),
    end: Duration::from_millis(500),
};
/// Past these, a new connection takes the place of one that is waited for.
const MAX_CONNECTIONS: usize = 64;
const MAX_HEADERS: usize = 64;
const MAX_HEAD_BYTES: usize = 16 * 1_024;
/// Before the next try when the system refuses a connection, as it does without descriptors.
const PAUSE: Duration = Duration::from_millis(100);

impl Server {
    /// Listens on `addr`, where port 0 is any free one, and serves on the thread.
    pub(crate) async fn start(
        admin: Admin,
        addr: &AdminAddr,
        background: &Background,
    ) -> Result<Self, Error> {
        let (bound, listener) = oneshot::channel();
        let wanted = addr.clone();
        background.spawn(|_| async move {
            // Whoever started the server may have given up; then nothing listens.
            let _ = bound.send(Listener::bind(&wanted).await);
        });
        let ended = |_| Err(Error::runtime("the telemetry was shut down"));
        let listener = listener.await.unwrap_or_else(ended)?;
        let (addr, admin) = (listener.addr(), Arc::new(admin));
        match listener {
            Listener::Tcp(local) => background.spawn(|lifeline| accept(local, admin, lifeline)),
            Listener::Unix(socket) => background.spawn(|lifeline| accept(socket, admin, lifeline)),
        }
        Ok(Self { addr })
    }

    /// Where it listens.
    pub(crate) fn addr(&self) -> &AdminAddr {
        &self.addr
    }
}

async fn accept(listener: impl Listen, admin: Arc<Admin>, mut lifeline: Lifeline) {
    let places = Places::new(MAX_CONNECTIONS);
    let connections = lifeline.clone();
    let accepting = async {
        loop {
            let Ok((stream, origin)) = listener.accept().await else {
                sleep(PAUSE).await;
                continue;
            };
            let place = places.take(origin.neighbour()).await;
            let guest = Guest { admin: Arc::clone(&admin), origin, place };
            tokio::spawn(serve(stream, guest, connections.clone(), PATIENCE));
        }
    };
    unless(lifeline.cut(), accepting).await;
}

/// Whoever is connected, and what answers.
struct Guest {
    admin: Arc<Admin>,
    origin: Origin,
    place: Place,
}

async fn serve<S>(stream: S, guest: Guest, mut lifeline: Lifeline, patience: Patience)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let Guest { admin, origin, place } = &guest;
    let respond = service_fn(async |request: Request<Incoming>| {
        let answering = place.answer();
        let response = admin.respond(answering.watch(request), *origin).await;
        Ok::<_, Infallible>(response.map(|answer| place.watch(answer)))
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD_BYTES);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), respond));
    let serving = async {
        let mut rest = patience.answer;
        let over = async {
            if timeout(patience.connection, lifeline.cut()).await.is_ok() {
                rest = patience.end;
            }
        };
        // What goes wrong on a connection is its peer's affair.
        if unless(over, connection.as_mut()).await.is_none() {
            connection.as_mut().graceful_shutdown();
            let _ = timeout(rest, connection).await;
        }
    };
    unless(place.wanted(), serving).await;
}

#[cfg(test)]
mod tests {
    use super::{Admin, Guest, Origin, PATIENCE, Patience, Places, serve};
    use crate::admin::access::Door;
    use crate::export::Background;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    const DEADLINE: Duration = Duration::from_secs(20);

    const BRIEF: Duration = Duration::from_millis(250);

    /// Serves a page of many megabytes that was asked for, and says when the connection is over.
    fn check(patience: Patience, client: impl FnOnce(TcpStream, &Receiver<()>)) {
        let background = Background::start().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        peer.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        let admin = Admin::of(&"a".repeat(32 << 20));
        let (ended, end) = channel();
        background.spawn(|lifeline| async move {
            let stream = tokio::net::TcpStream::from_std(stream).unwrap();
            let origin = Origin { peer: None, door: Door::File, patience: None };
            let place = Places::new(1).take(origin.neighbour()).await;
            let guest = Guest { admin: Arc::new(admin), origin, place };
            serve(stream, guest, lifeline, patience).await;
            ended.send(()).unwrap();
        });
        client(peer, &end);
    }

    #[test]
    fn a_peer_that_does_not_read_is_given_up() {
        let patience = Patience { connection: BRIEF, answer: BRIEF, ..PATIENCE };
        check(patience, |_unread, end| end.recv_timeout(DEADLINE).unwrap());
    }

    #[test]
    fn an_answer_on_its_way_is_finished() {
        let patience = Patience { connection: BRIEF, answer: DEADLINE, ..PATIENCE };
        check(patience, |mut peer, end| {
            assert!(end.recv_timeout(BRIEF * 2).is_err(), "over before its answer was read");
            let mut answer = String::new();
            peer.read_to_string(&mut answer).unwrap();
            assert!(answer.len() > 32 << 20, "{} bytes", answer.len());
            end.recv_timeout(DEADLINE).unwrap();
        });
    }
}
