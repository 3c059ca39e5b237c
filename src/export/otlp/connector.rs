//! How a collector's host is reached.

#[cfg(not(feature = "tls"))]
#[path = "connector/plain.rs"]
mod with;
#[cfg(feature = "tls")]
#[path = "connector/tls.rs"]
mod with;

use std::error::Error as StdError;
use std::time::Duration;

use hyper_util::client::legacy::connect::HttpConnector;

pub(super) use with::{Connector, new};

/// For all addresses of the host together.
const CONNECTING: Duration = Duration::from_secs(5);

fn tcp() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECTING));
    connector.set_keepalive(Some(Duration::from_mins(1)));
    connector
}

/// What lies at the bottom of an error, which says most.
pub(super) fn told(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
