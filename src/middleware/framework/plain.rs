//! Without a framework, nothing but the request itself tells of it.

use std::net::IpAddr;

use http::Extensions;

pub(super) fn template(_extensions: &Extensions) -> Option<&str> {
    None
}

pub(super) fn peer(_extensions: &Extensions) -> Option<IpAddr> {
    None
}
