//! Whether a name has an address.

use crate::error::Error;
use crate::health::{BoxError, Check};

use super::address::is_host;
use super::connect::Names;

/// Passes where the system's resolver finds an address of a name.
///
/// It asks as the rest of the program does, by `getaddrinfo`: hosts file, search list and caches
/// included. One look-up runs at a time, on a thread of its own; a next run waits for one that
/// hangs.
///
/// ```
/// use obskit::health::checks::Dns;
///
/// let name = Dns::new("payments.internal")?;
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Debug)]
pub struct Dns {
    host: String,
    names: Names,
}

impl Dns {
    /// A check of a name, without a port. Names beyond ASCII stand in Punycode.
    ///
    /// # Errors
    ///
    /// When no host can have that name: it is empty, longer than 253 bytes, or has other bytes
    /// than letters, digits, `.`, `-` and `_`.
    pub fn new(host: &str) -> Result<Self, Error> {
        if !is_host(host) {
            let accepted = "expected at most 253 letters, digits, dots, hyphens and underscores";
            // A URL in its place may hold a password.
            let is_url = host.contains(['@', '/', ':']);
            let shown = if is_url { "that was given" } else { &format!("{host:?}") };
            return Err(Error::config(format!("the host {shown} cannot be looked up: {accepted}")));
        }
        Ok(Self { host: host.to_owned(), names: Names::default() })
    }
}

impl Check for Dns {
    async fn check(&self) -> Result<(), BoxError> {
        self.names.look_up(&self.host, 0).await.map(drop)
    }
}
