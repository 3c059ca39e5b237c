//! How a collector's host is reached.

#[cfg(not(feature = "tls"))]
#[path = "connector/plain.rs"]
mod with;
#[cfg(feature = "tls")]
#[path = "connector/tls.rs"]
mod with;

use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;

use crate::config::Otlp;
use crate::error::Error;

pub(super) use with::Connector;

/// For all addresses of the host together.
const CONNECTING: Duration = Duration::from_secs(5);

pub(super) fn http1(url: &Uri, otlp: &Otlp) -> Result<Connector, Error> {
    with::new(url, otlp, false)
}

#[cfg(feature = "otlp-grpc")]
pub(super) fn http2(url: &Uri, otlp: &Otlp) -> Result<Connector, Error> {
    with::new(url, otlp, true)
}

fn is_tls(url: &Uri) -> bool {
    url.scheme_str() == Some("https")
}

fn tcp() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(CONNECTING));
    connector.set_keepalive(Some(Duration::from_mins(1)));
    connector
}
