//! Who asks, and what that caller may.

use std::net::{IpAddr, SocketAddr};

use http::header::{AUTHORIZATION, FORWARDED, HOST, HeaderName, VIA};
use http::uri::Authority;
use http::{HeaderMap, Method, Request, Version};
use subtle::ConstantTimeEq;

use crate::config::{self, Networks, Secret};

use super::routes::{self, Route};

/// Decides by the settings.
#[derive(Clone, Debug)]
pub(crate) struct Access {
    token: Option<Secret<String>>,
    allow: Networks,
}

/// The way a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A connection to the operator's own server, with whether that listens on this machine alone.
    Tcp { peer: SocketAddr, is_local: bool },
    /// A connection to its Unix socket, which the file's permissions guard.
    Unix,
    /// The service's own router, with the caller's address if that is known.
    Mounted { peer: Option<IpAddr> },
}

/// How far a caller is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trust {
    /// Not at all.
    Stranger,
    /// To see details.
    Reader,
    /// To change something, too.
    Operator,
}

/// Why a caller may not do what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It showed no token, where one is set.
    NoToken,
    /// It showed a wrong one.
    WrongToken,
    /// No token is set that it could show.
    Forbidden,
}

/// What a proxy adds: the caller then is somebody else than the peer.
const PROXIED: [HeaderName; 5] = [
    FORWARDED,
    VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-real-ip"),
];
const FETCH_SITE: &str = "sec-fetch-site";

impl Access {
    pub(crate) fn new(settings: &config::Admin) -> Self {
        Self { token: settings.token.clone(), allow: settings.allow.clone() }
    }

    /// How far the caller is trusted.
    pub(super) fn trust<B>(&self, request: &Request<B>, origin: Origin) -> Trust {
        if self.shown(request.headers()) == Shown::Right || self.admits(origin) {
            Trust::Operator
        } else if !is_local(request, origin) {
            Trust::Stranger
        } else if self.token.is_some() {
            Trust::Reader
        } else {
            Trust::Operator
        }
    }

    /// Whether a caller of that trust may use a route by a method.
    pub(super) fn check(
        &self,
        route: &Route,
        method: &Method,
        headers: &HeaderMap,
        trust: Trust,
    ) -> Result<(), Refusal> {
        if trust >= needed(route, method) {
            return Ok(());
        }
        Err(match (&self.token, self.shown(headers)) {
            (None, _) => Refusal::Forbidden,
            (Some(_), Shown::Nothing) => Refusal::NoToken,
            (Some(_), _) => Refusal::WrongToken,
        })
    }

    /// Whether the way it came is enough.
    fn admits(&self, origin: Origin) -> bool {
        match origin {
            Origin::Tcp { peer, .. } => self.allow.contains(peer.ip()),
            Origin::Unix => true,
            Origin::Mounted { peer } => peer.is_some_and(|peer| self.allow.contains(peer)),
        }
    }

    fn shown(&self, headers: &HeaderMap) -> Shown {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let (Some(value), further) = (values.next(), values.next()) else { return Shown::Nothing };
        let token = bearer(value.as_bytes()).filter(|_| further.is_none());
        let is_right = |expected: &Secret<String>| {
            let expected = expected.expose().as_bytes();
            token.is_some_and(|token| bool::from(token.ct_eq(expected)))
        };
        if self.token.as_ref().is_some_and(is_right) { Shown::Right } else { Shown::Wrong }
    }
}

/// What a caller shows as its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Nothing,
    Wrong,
    Right,
}

fn needed(route: &Route, method: &Method) -> Trust {
    match route.access {
        routes::Access::Anyone => Trust::Stranger,
        routes::Access::Trusted if method.is_safe() => Trust::Reader,
        routes::Access::Trusted => Trust::Operator,
    }
}

/// The token of `Bearer <token>`; the scheme in any case, as RFC 9110 has it.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

/// Whether a process of this machine asks on its own behalf. A proxy asks for others; and a browser
/// may be made to, by a page whose name leads here (DNS rebinding) or by a page elsewhere.
fn is_local<B>(request: &Request<B>, origin: Origin) -> bool {
    let headers = request.headers();
    let Origin::Tcp { peer, is_local: true } = origin else { return false };
    peer.ip().to_canonical().is_loopback()
        && is_addressed_here(request)
        // A proxy that speaks HTTP/1.0, as nginx does by itself, tells nothing of the caller.
        && request.version() != Version::HTTP_10
        && !PROXIED.iter().any(|name| headers.contains_key(name))
        && headers.get(FETCH_SITE).is_none_or(|site| site != "cross-site")
}

/// Whether the caller calls the server by a name that only this machine has.
fn is_addressed_here<B>(request: &Request<B>) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let named = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    named.as_ref().is_some_and(is_loopback) && request.uri().authority().is_none_or(is_loopback)
}

fn is_loopback(authority: &Authority) -> bool {
    let host = authority.host();
    if authority.as_str().contains('@') {
        return false;
    }
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let address = literal.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}
