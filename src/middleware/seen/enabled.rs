//! What a head tells that only spans say.

use http::header::{HOST, USER_AGENT};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, HeaderName, Request};

use crate::config::{Capture, Trust};
use crate::context::{Acceptor, Private, RequestContext, Seen};

use super::layer::peer;

/// Longer texts are taken for their first part.
const MAX_BYTES: usize = 1_024;

static X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
static FORWARDED: HeaderName = HeaderName::from_static("forwarded");

/// Takes it where the request is traced.
#[inline]
pub(super) fn seen<B>(context: &RequestContext, request: &Request<B>) -> Seen {
    if context.is_traced() { look(context.acceptor(), request) } else { Seen::default() }
}

fn look<B>(acceptor: &Acceptor, request: &Request<B>) -> Seen {
    let is_https = is_https(acceptor, request);
    let private = acceptor.wanted.any().then(|| Box::new(private(acceptor, request)));
    Seen { is_https, private }
}

/// Whether the client speaks TLS, to this service or to a proxy before it.
pub(super) fn is_https<B>(acceptor: &Acceptor, request: &Request<B>) -> bool {
    let forwarded = || forwarded_proto(request.headers()).filter(|_| is_trusted(acceptor, request));
    let own = || request.uri().scheme() == Some(&Scheme::HTTPS);
    forwarded().map_or_else(own, |scheme| scheme.eq_ignore_ascii_case("https"))
}

fn private<B>(acceptor: &Acceptor, request: &Request<B>) -> Private {
    let want = |capture| acceptor.wanted.has(capture);
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = || header(HOST).and_then(|host| host.parse().ok());
    let authority: Option<Authority> = want(Capture::ServerAddress)
        .then(|| request.uri().authority().cloned().or_else(host))
        .flatten();
    let agent = || header(USER_AGENT).map(cut);
    Private {
        path: want(Capture::UrlPath).then(|| cut(request.uri().path())),
        client: want(Capture::ClientAddress).then(|| peer(request.extensions())).flatten(),
        user_agent: want(Capture::UserAgent).then(agent).flatten(),
        server: authority.as_ref().map(|authority| cut(authority.host().trim_matches(['[', ']']))),
        port: authority.as_ref().and_then(Authority::port_u16),
    }
}

/// The scheme that the first proxy was spoken to with.
fn forwarded_proto(headers: &HeaderMap) -> Option<&str> {
    let header = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(value) = header(&X_FORWARDED_PROTO) {
        return first(value);
    }
    let pairs = first(header(&FORWARDED)?)?.split(';');
    let named = pairs.filter_map(|pair| pair.trim().split_once('='));
    let proto = named.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("proto"));
    proto.map(|(_, value)| value.trim_matches('"'))
}

/// Of a list: what the proxy nearest to the caller has said.
fn first(value: &str) -> Option<&str> {
    value.split(',').next().map(str::trim)
}

fn is_trusted<B>(acceptor: &Acceptor, request: &Request<B>) -> bool {
    match &acceptor.policy.trust {
        Trust::All => true,
        Trust::None => false,
        networks @ Trust::Networks(_) => networks.admits(peer(request.extensions())),
    }
}

fn cut(text: &str) -> Box<str> {
    text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_proxy_knows_the_scheme() {
        let check = |headers: &[(&HeaderName, &str)], expected: Option<&str>| {
            let pairs =
                headers.iter().map(|(name, value)| ((*name).clone(), value.parse().unwrap()));
            assert_eq!(forwarded_proto(&pairs.collect()), expected, "{headers:?}");
        };
        check(&[], None);
        check(&[(&X_FORWARDED_PROTO, "https")], Some("https"));
        check(&[(&X_FORWARDED_PROTO, " https , http")], Some("https"));
        check(&[(&FORWARDED, "for=1.2.3.4; Proto=https;by=a, proto=http")], Some("https"));
        check(&[(&FORWARDED, "proto=\"http\"")], Some("http"));
        check(&[(&FORWARDED, "for=1.2.3.4")], None);
        check(&[(&X_FORWARDED_PROTO, "http"), (&FORWARDED, "proto=https")], Some("http"));
    }
}
