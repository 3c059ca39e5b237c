//! Without the feature `tls`, `http` alone is reached.

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;

use crate::config::Otlp;
use crate::error::Error;

pub(in super::super) type Connector = HttpConnector;

pub(super) fn new(url: &Uri, _: &Otlp, _: bool) -> Result<Connector, Error> {
    if super::is_tls(url) {
        return Err(Error::config(
            "an OTLP endpoint is https, for which obskit needs its feature \"tls\"; accepted: that \
             feature, or http",
        ));
    }
    Ok(super::tcp())
}
