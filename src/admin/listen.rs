//! Where the operator's server listens: TCP, or a Unix socket.

#[cfg(not(unix))]
#[path = "listen/unsupported.rs"]
mod unix;
#[cfg(unix)]
#[path = "listen/unix.rs"]
mod unix;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use crate::config::AdminAddr;
use crate::error::Error;

use super::access::{Door, Origin, is_loopback};

pub(super) use unix::Socket;

/// From the end of a request's head to that of its body.
const BODY: Option<Duration> = Some(Duration::from_secs(5));

/// What connections come in by.
pub(super) enum Listener {
    Tcp(Local),
    Unix(Socket),
}

/// A TCP listener, and where it listens.
pub(super) struct Local {
    listener: TcpListener,
    addr: SocketAddr,
}

/// Gives connections, one after the other.
pub(super) trait Listen: Send + 'static {
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The next one, and how its requests come.
    fn accept(&self) -> impl Future<Output = io::Result<(Self::Stream, Origin)>> + Send;
}

impl Listener {
    /// Listens on `addr`.
    pub(super) async fn bind(addr: &AdminAddr) -> Result<Self, Error> {
        let bound = match addr {
            AdminAddr::Tcp(addr) => Local::bind(*addr).await.map(Self::Tcp),
            AdminAddr::Unix(path) => Socket::bind(path).await.map(Self::Unix),
        };
        bound.map_err(|error| {
            Error::bind(format!("the operator's server cannot listen on {addr}")).because(error)
        })
    }

    /// Where it listens; a port of 0 has become the one that was free.
    pub(super) fn addr(&self) -> AdminAddr {
        match self {
            Self::Tcp(local) => local.addr.into(),
            Self::Unix(socket) => AdminAddr::Unix(socket.path().to_owned()),
        }
    }
}

impl Local {
    async fn bind(addr: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        Ok(Self { listener, addr })
    }
}

impl Listen for Local {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, Origin)> {
        let (stream, peer) = self.listener.accept().await?;
        // Answers are written whole, so waiting to fill a packet only costs time.
        let _ = stream.set_nodelay(true);
        let door = if is_loopback(self.addr.ip()) { Door::Local } else { Door::Anyone };
        Ok((stream, Origin { peer: Some(peer.ip()), door, patience: BODY }))
    }
}
