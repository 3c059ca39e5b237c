//! Who asks, and what that caller may.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use http::header::{
    ACCEPT_LANGUAGE, AUTHORIZATION, FORWARDED, HOST, HeaderName, ORIGIN, REFERER, VIA,
};
use http::uri::Authority;
use http::{HeaderMap, Method, Request, Version};
use subtle::ConstantTimeEq;

use crate::config::{self, Networks, Secret};

use super::routes::{Access, Route};

/// Decides by the settings.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    token: Option<Secret<String>>,
    allow: Networks,
}

/// The way a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// The caller's address, if that is known.
    pub(super) peer: Option<IpAddr>,
    pub(super) door: Door,
    /// How long its body is waited for. `None` leaves that to the service's own server, whose
    /// runtime may have no timer.
    pub(super) patience: Option<Duration>,
}

/// Who can come this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// Whoever reaches the server.
    Anyone,
    /// Processes of this machine.
    Local,
    /// Those who may open the socket's file.
    File,
}

/// Callers that share what there is among them: those at one IPv4 address, or in one IPv6 network
/// of 64 bits, of which a single machine may have every address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Neighbour(Option<Ipv6Addr>);

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
pub(crate) enum Refusal {
    /// It showed no token, and one is set.
    NoToken,
    /// It showed another one.
    WrongToken,
    /// No token is set, and nothing else makes it trusted.
    Forbidden,
}

/// What a caller shows as its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Nothing,
    Wrong,
    Right,
}

/// What proxies add.
const PROXIED: [HeaderName; 6] = [
    FORWARDED,
    VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];
/// What browsers say of the page that had them ask.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What browsers add to whatever a page has them ask, and tools do not.
const BROWSERS: [HeaderName; 3] = [ACCEPT_LANGUAGE, REFERER, FETCH_SITE];

impl Policy {
    pub(crate) fn new(settings: &config::Admin) -> Self {
        Self { token: settings.token.clone(), allow: settings.allow.clone() }
    }

    /// How far the caller is trusted: by its token; else by where it is, unless a proxy or a
    /// browser passes on what somebody else asks.
    pub(super) fn trust<B>(&self, request: &Request<B>, origin: Origin) -> Trust {
        if self.shown(request.headers()) == Shown::Right {
            return Trust::Operator;
        }
        if is_proxied(request) || is_led(request) {
            return Trust::Stranger;
        }
        let Origin { peer, door, .. } = origin;
        let is_allowed = peer.is_some_and(|peer| self.allow.contains(peer));
        if is_allowed || door == Door::File {
            return Trust::Operator;
        }
        let is_here = door == Door::Local
            && peer.is_some_and(is_loopback)
            && is_addressed(request, names_this_machine);
        if is_here { self.local() } else { Trust::Stranger }
    }

    /// Whether a caller of that trust may use a route by a method.
    pub(super) fn check(
        &self,
        route: &Route,
        method: &Method,
        headers: &HeaderMap,
        trust: Trust,
    ) -> Result<(), Refusal> {
        let needed = match route.access {
            Access::Anyone => Trust::Stranger,
            Access::Trusted if method.is_safe() => Trust::Reader,
            Access::Trusted => Trust::Operator,
        };
        match self.shown(headers) {
            _ if trust >= needed => Ok(()),
            _ if self.token.is_none() => Err(Refusal::Forbidden),
            Shown::Nothing => Err(Refusal::NoToken),
            Shown::Wrong | Shown::Right => Err(Refusal::WrongToken),
        }
    }

    /// Whether a caller shows another token than the one that is set.
    pub(super) fn is_mistaken(&self, headers: &HeaderMap) -> bool {
        self.token.is_some() && self.shown(headers) == Shown::Wrong
    }

    /// Of a caller on this machine.
    fn local(&self) -> Trust {
        if self.token.is_some() { Trust::Reader } else { Trust::Operator }
    }

    fn shown(&self, headers: &HeaderMap) -> Shown {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Shown::Nothing };
        let token = bearer(value.as_bytes()).filter(|_| values.next().is_none());
        let (Some(token), Some(expected)) = (token, &self.token) else { return Shown::Wrong };
        // In a time that says nothing about how much of it is right.
        let is_right = token.ct_eq(expected.expose().as_bytes()).into();
        if is_right { Shown::Right } else { Shown::Wrong }
    }
}

impl Origin {
    pub(super) fn neighbour(self) -> Neighbour {
        Neighbour(self.peer.map(|address| match address.to_canonical() {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => (address.to_bits() & !u128::from(u64::MAX)).into(),
        }))
    }
}

impl Refusal {
    /// Every kind, in its order.
    pub(crate) const ALL: [Self; 3] = [Self::NoToken, Self::WrongToken, Self::Forbidden];

    /// The word for it in logs and labels.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NoToken => "no_token",
            Self::WrongToken => "wrong_token",
            Self::Forbidden => "forbidden",
        }
    }
}

/// The token of `Bearer <token>`. The scheme is in any case, as RFC 9110 has it.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(b"bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

/// Whether a proxy passes on what somebody else asks. One that speaks HTTP/1.0, as nginx does by
/// itself, need not say so.
fn is_proxied<B>(request: &Request<B>) -> bool {
    request.version() <= Version::HTTP_10
        || PROXIED.iter().any(|name| request.headers().contains_key(name))
}

/// Whether a browser may have been made to ask: by a page elsewhere, or by one whose name leads
/// here (DNS rebinding), unless it calls the server by an address. Only a script says its `Origin`,
/// and none is served here.
fn is_led<B>(request: &Request<B>) -> bool {
    let headers = request.headers();
    let is_browser = BROWSERS.iter().any(|name| headers.contains_key(name));
    headers.contains_key(ORIGIN)
        || headers.get_all(FETCH_SITE).iter().any(|site| site == "cross-site")
        || (is_browser && !is_addressed(request, names_a_machine))
}

/// Whether the caller calls the server by such a name alone.
fn is_addressed<B>(request: &Request<B>, is_such: fn(&Authority) -> bool) -> bool {
    let mut hosts = request.headers().get_all(HOST).iter();
    let (host, further) = (hosts.next(), hosts.next());
    let said = host.map(|host| host.to_str().ok()?.parse().ok());
    let host = said.unwrap_or_else(|| request.uri().authority().cloned());
    further.is_none()
        && host.as_ref().is_some_and(is_such)
        && request.uri().authority().is_none_or(is_such)
}

/// Whether no name but this machine's own can be meant.
fn names_this_machine(authority: &Authority) -> bool {
    is_localhost(authority) || address(authority).is_some_and(is_loopback)
}

/// Whether no name is used that anybody could have lead here.
fn names_a_machine(authority: &Authority) -> bool {
    is_localhost(authority) || address(authority).is_some()
}

fn is_localhost(authority: &Authority) -> bool {
    authority.host().eq_ignore_ascii_case("localhost") && !authority.as_str().contains('@')
}

fn address(authority: &Authority) -> Option<IpAddr> {
    let host = authority.host();
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    literal.parse().ok().filter(|_| !authority.as_str().contains('@'))
}

/// Addresses of 127.0.0.0/8 within IPv6, as a dual-stack socket shows them, are such, too.
pub(super) fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests;
