//! Without the feature `tls`, `http` alone is reached.

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;

use crate::error::Error;

use super::Server;

pub(in super::super) type Connector = HttpConnector;

pub(super) fn new(url: &Uri, server: &Server<'_>, _: bool) -> Result<Connector, Error> {
    if super::is_tls(url) {
        let Server { whose, .. } = server;
        return Err(Error::config(format!(
            "the {whose} endpoint is https, for which obskit needs its feature \"tls\"; accepted: \
             that feature, or http"
        )));
    }
    Ok(super::tcp())
}
