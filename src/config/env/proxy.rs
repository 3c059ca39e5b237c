//! `HTTPS_PROXY` and the like, which other programs share: what is wrong in them is ignored.

use super::reader::Reader;
use crate::config::{Proxy, ProxyUrl};

pub(super) fn read(reader: &mut Reader<'_>, proxy: &mut Proxy) {
    // Each is known in both cases.
    let mut url = |upper: &str, lower: &str| {
        let found = reader.lenient(upper, ProxyUrl::parse);
        found.or_else(|| reader.lenient(lower, ProxyUrl::parse))
    };
    let all = url("ALL_PROXY", "all_proxy");
    proxy.https = url("HTTPS_PROXY", "https_proxy").or_else(|| all.clone());
    proxy.http = url("HTTP_PROXY", "http_proxy").or(all);
    let mut text = |name: &str| reader.lenient(name, |text| Ok(text.to_owned()));
    proxy.no_proxy = text("NO_PROXY").or_else(|| text("no_proxy")).unwrap_or_default();
}
