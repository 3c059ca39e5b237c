//! The operator's server.

use std::net::{Ipv4Addr, SocketAddr};

use super::networks::Networks;
use super::secret::Secret;

/// Where the operator's server listens, and whom it serves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Admin {
    /// Port 0 takes a free one. Default: 127.0.0.1:9464.
    pub addr: SocketAddr,
    /// What a caller shows as `Authorization: Bearer` to change or see details: 16 to 1,024
    /// visible ASCII characters. Default: none.
    pub token: Option<Secret<String>>,
    /// Networks whose callers need no token. Default: none.
    pub allow: Networks,
}

impl Admin {
    /// Whether a text can be a token.
    pub(crate) fn is_token(text: &str) -> bool {
        (16..=1_024).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl Default for Admin {
    fn default() -> Self {
        let addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 9464));
        Self { addr, token: None, allow: Networks::default() }
    }
}
