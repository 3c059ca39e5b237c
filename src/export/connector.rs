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

use crate::config::Proxy;
use crate::error::Error;

use super::route::{Detour, Route};

pub(super) use with::Connector;

/// What is known of a server beside its URL.
pub(super) struct Server<'a> {
    /// What its files are called by where one cannot be used, as `OTLP`.
    pub(super) whose: &'static str,
    /// The variable that names those who may have signed its certificate.
    pub(super) roots: &'static str,
    /// That file, in place of the system's.
    pub(super) certificate: Option<&'a Path>,
    /// Our key, and our certificates.
    pub(super) client: Option<(&'a Path, &'a Path)>,
    pub(super) proxy: &'a Proxy,
}

/// How it is reached.
pub(super) struct Reach {
    pub(super) connector: Connector,
    pub(super) detour: Detour,
}

/// For all addresses of the host together.
const CONNECTING: Duration = Duration::from_secs(5);

pub(super) fn http1(url: &Uri, server: &Server<'_>) -> Result<Reach, Error> {
    reach(url, server, false)
}

#[cfg(feature = "otlp-grpc")]
pub(super) fn http2(url: &Uri, server: &Server<'_>) -> Result<Reach, Error> {
    reach(url, server, true)
}

fn reach(url: &Uri, server: &Server<'_>, is_http2: bool) -> Result<Reach, Error> {
    let (route, detour) = Route::new(tcp(), url, server.proxy, is_http2);
    Ok(Reach { connector: with::new(route, url, server, is_http2)?, detour })
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
