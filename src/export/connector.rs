//! How a server's host is reached.

#[cfg(not(feature = "tls"))]
#[path = "connector/plain.rs"]
mod with;
#[cfg(feature = "tls")]
#[path = "connector/tls.rs"]
mod with;

use std::path::Path;
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;

use crate::error::Error;

pub(super) use with::Connector;

/// What is known of a server beside its URL.
pub(super) struct Server<'a> {
    /// What its files are called by where one cannot be used, as `OTLP`.
    pub(super) whose: &'static str,
    /// The variable that names those who may have signed its certificate.
    pub(super) roots: &'static str,
    /// That file, in place of the system's.
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "there is no TLS"))]
    pub(super) certificate: Option<&'a Path>,
    /// Our key, and our certificates.
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "there is no TLS"))]
    pub(super) client: Option<(&'a Path, &'a Path)>,
}

/// For all addresses of the host together.
const CONNECTING: Duration = Duration::from_secs(5);

pub(super) fn http1(url: &Uri, server: &Server<'_>) -> Result<Connector, Error> {
    with::new(url, server, false)
}

#[cfg(feature = "otlp-grpc")]
pub(super) fn http2(url: &Uri, server: &Server<'_>) -> Result<Connector, Error> {
    with::new(url, server, true)
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
