//! Connections: names looked up one at a time, addresses tried side by side.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::health::BoxError;

use super::address::Address;
use super::failure::because;
use super::single::Single;

/// How long one address is waited for before the next is tried as well, RFC 8305.
const HEAD_START: Duration = Duration::from_millis(250);
const MOST_ADDRESSES: usize = 8;
/// What is said where a connection ends while it is used.
pub(super) const LOST: &str = "the connection was lost";

/// A connection to a server.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Connects to one address, with at most one look-up of its name under way.
#[derive(Debug)]
pub(super) struct Connector {
    address: Address,
    names: Names,
}

/// Looks names up by the system's resolver, one at a time.
#[derive(Debug, Default)]
pub(super) struct Names(Single<io::Result<Vec<SocketAddr>>>);

impl Connector {
    pub(super) fn to(address: Address) -> Self {
        Self { address, names: Names::default() }
    }

    pub(super) async fn connect(&self) -> Result<Box<dyn Stream>, BoxError> {
        match &self.address {
            Address::Host(host, port) => Ok(Box::new(self.connect_tcp(host, *port).await?)),
            #[cfg(unix)]
            Address::Unix(path) => match UnixStream::connect(path).await {
                Ok(stream) => Ok(Box::new(stream)),
                Err(error) => Err(self.refused(error)),
            },
            #[cfg(not(unix))]
            Address::Unix(_) => Err("there are no socket files on this system".into()),
        }
    }

    async fn connect_tcp(&self, host: &str, port: u16) -> Result<TcpStream, BoxError> {
        let addresses = self.names.look_up(host, port).await?;
        connect_to_any(addresses).await.map_err(|error| self.refused(error))
    }

    fn refused(&self, error: io::Error) -> BoxError {
        because(format!("no connection to {}", self.address))(error)
    }
}

impl Names {
    /// The addresses of a host: at least one, and at most eight.
    pub(super) async fn look_up(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, BoxError> {
        if let Ok(ip) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, port)]);
        }
        let name = host.to_owned();
        let found = self.0.run(move || {
            let found = (name.as_str(), port).to_socket_addrs()?;
            Ok(found.take(MOST_ADDRESSES).collect::<Vec<_>>())
        });
        match found.await? {
            Ok(found) if found.is_empty() => Err(format!("{host} has no address").into()),
            Ok(found) => Ok(found),
            Err(error) => Err(because(format!("{host} was not resolved"))(error)),
        }
    }
}

/// The first connection that is made; where none is, why the last address failed.
async fn connect_to_any(addresses: Vec<SocketAddr>) -> io::Result<TcpStream> {
    // Dropped with what is still under way.
    let mut attempts = JoinSet::new();
    let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        attempts.spawn(TcpStream::connect(address));
        match timeout(HEAD_START, attempts.join_next()).await {
            Ok(Some(Ok(Ok(stream)))) => return Ok(stream),
            Ok(Some(Ok(Err(error)))) => failed = error,
            Ok(Some(Err(_)) | None) | Err(_) => {}
        }
    }
    while let Some(attempt) = attempts.join_next().await {
        match attempt {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failed = error,
            Err(_) => {}
        }
    }
    Err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::{TcpListener, TcpSocket};
    use tokio::time::Instant;

    #[test]
    fn an_address_that_hangs_is_not_waited_for() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            // Past its backlog the kernel answers nobody.
            let full = socket.listen(1).unwrap();
            let hanging = full.local_addr().unwrap();
            let mut held = Vec::new();
            while let Ok(stream) = timeout(HEAD_START, TcpStream::connect(hanging)).await {
                held.push(stream.unwrap());
            }
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let good = listener.local_addr().unwrap();
            let begun = Instant::now();
            let found = connect_to_any(vec![hanging, good]).await.unwrap();
            assert_eq!(found.peer_addr().unwrap(), good);
            assert!(begun.elapsed() >= HEAD_START, "it has its head start");
            drop(listener);
            let refused = connect_to_any(vec![good]).await.unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        });
    }
}
