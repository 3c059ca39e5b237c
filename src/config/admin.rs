//! The operator's server.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::networks::Networks;
use super::secret::Secret;
use crate::error::Error;

/// Where the operator's server listens, and whom it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Admin {
    /// Default: 127.0.0.1:9464.
    pub addr: AdminAddr,
    /// What a caller shows as `Authorization: Bearer` to change or see details: 16 to 1,024
    /// visible ASCII characters. Default: none.
    pub token: Option<Secret<String>>,
    /// Networks whose callers need no token. Default: none.
    pub allow: Networks,
}

/// An address to listen on: an IP address and a port, or the path of a Unix socket.
///
/// ```
/// use obskit::config::AdminAddr;
///
/// let tcp: AdminAddr = "127.0.0.1:9464".parse()?;
/// assert_eq!(tcp.tcp().map(|addr| addr.port()), Some(9464));
/// let unix: AdminAddr = "unix:/run/workouts.sock".parse()?;
/// assert_eq!(unix.to_string(), "unix:/run/workouts.sock");
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdminAddr {
    /// Port 0 takes a free one.
    Tcp(SocketAddr),
    /// The socket's file is made when the server starts, for the user of the process alone (mode
    /// 0600), and removed when it ends. Its callers need no token: who may open the file is
    /// trusted.
    Unix(PathBuf),
}

const ACCEPTED: &str = "an address and port, as 127.0.0.1:9464 or [::]:9464, or a Unix socket, as \
                        unix:/run/workouts.sock";

impl Admin {
    /// Whether a text can be a token.
    pub(crate) fn is_token(text: &str) -> bool {
        (16..=1_024).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl AdminAddr {
    /// The IP address and the port, if it is such.
    pub fn tcp(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(addr) => Some(*addr),
            Self::Unix(_) => None,
        }
    }

    /// The path of the Unix socket, if it is one.
    pub fn unix(&self) -> Option<&Path> {
        match self {
            Self::Tcp(_) => None,
            Self::Unix(path) => Some(path),
        }
    }
}

impl Default for Admin {
    fn default() -> Self {
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 9464)).into();
        Self { addr, token: None, allow: Networks::default() }
    }
}

impl<A: Into<SocketAddr>> From<A> for AdminAddr {
    fn from(addr: A) -> Self {
        Self::Tcp(addr.into())
    }
}

/// An address and port, or `unix:` and a path.
///
/// # Errors
///
/// What is neither.
impl FromStr for AdminAddr {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let tcp = || text.parse().ok().map(Self::Tcp);
        let unix = |path: &str| Some(Self::Unix(path.into())).filter(|_| !path.is_empty());
        let parsed = text.strip_prefix("unix:").map_or_else(tcp, unix);
        let wrong = || Error::config(format!("{text:?} is no address; accepted: {ACCEPTED}"));
        parsed.ok_or_else(wrong)
    }
}

/// In the form it is read in.
impl fmt::Display for AdminAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(addr) => addr.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
