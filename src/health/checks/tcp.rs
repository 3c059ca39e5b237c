//! Whether something listens.

use crate::error::Error;
use crate::health::{BoxError, Check};

use super::address::Address;
use super::connect::Connector;

/// Passes where a TCP connection is made. It sends nothing, and closes at once.
///
/// ```
/// use obskit::health::checks::Tcp;
///
/// let broker = Tcp::new("broker.internal:9092")?;
/// assert!(Tcp::new("broker.internal").is_err());
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Debug)]
pub struct Tcp {
    connector: Connector,
}

impl Tcp {
    /// A check of `host:port`; an IPv6 address stands in brackets.
    ///
    /// # Errors
    ///
    /// When the address is malformed. Whether the host exists is for each run to find out.
    pub fn new(address: &str) -> Result<Self, Error> {
        Ok(Self { connector: Connector::to(Address::parse(address)?) })
    }
}

impl Check for Tcp {
    async fn check(&self) -> Result<(), BoxError> {
        self.connector.connect().await.map(drop)
    }
}
