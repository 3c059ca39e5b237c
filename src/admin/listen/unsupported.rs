//! There are no Unix sockets on this system.

use std::convert::Infallible;
use std::io;
use std::path::Path;

use tokio::net::TcpStream;

use crate::admin::access::Origin;

use super::Listen;

/// None.
pub(in crate::admin) struct Socket(Infallible);

impl Socket {
    #[expect(clippy::unused_async, reason = "the twin waits")]
    pub(super) async fn bind(_path: &Path) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no Unix sockets"))
    }

    pub(super) fn path(&self) -> &Path {
        match self.0 {}
    }
}

impl Listen for Socket {
    type Stream = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, Origin)> {
        match self.0 {}
    }
}
