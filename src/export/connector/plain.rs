//! Without the feature `tls`, `http` alone is reached.

use http::Uri;

use crate::error::Error;

use super::{Route, Server};

pub(in super::super) type Connector = Route;

pub(super) fn new(
    route: Route,
    url: &Uri,
    server: &Server<'_>,
    _: bool,
) -> Result<Connector, Error> {
    if super::is_tls(url) {
        // The others are for TLS.
        let Server { whose, roots, certificate, client, proxy: _ } = server;
        let _ = (roots, certificate, client);
        return Err(Error::config(format!(
            "the {whose} endpoint is https, for which obskit needs its feature \"tls\"; accepted: \
             that feature, or http"
        )));
    }
    Ok(route)
}
