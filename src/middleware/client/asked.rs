//! What a call asks, and of whom: as its span says it, and as its user names it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use http::header::HOST;
use http::uri::PathAndQuery;
use http::{HeaderValue, Request, Uri};

use crate::config::Capture;
use crate::context::{Asked, Verb, Wanted};

/// What a call does, as an outgoing request's extension: the `operation` of its metrics, in place
/// of the method.
#[derive(Clone, Copy, Debug)]
pub struct Operation(pub &'static str);

/// The template of a call's URL, such as `/users/{id}`, as an outgoing request's extension: its
/// span is called `GET /users/{id}` then, in place of `GET`, and has it as `url.template`.
///
/// ```
/// use obskit::middleware::UrlTemplate;
///
/// let mut request = http::Request::get("http://users/users/7").body(())?;
/// request.extensions_mut().insert(UrlTemplate("/users/{id}"));
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct UrlTemplate(pub &'static str);

/// How often a request was sent, as an outgoing request's extension that its copies share, for the
/// attribute `http.request.resend_count` of each call's span.
///
/// It is to be given before a request is copied to be sent again, so outside of whatever retries;
/// [`ClientLayer`](crate::middleware::ClientLayer) goes inside of that, or is as good as not there
/// for all sendings but the last.
///
/// ```
/// use obskit::middleware::Resends;
/// use tower::ServiceBuilder;
///
/// # use std::convert::Infallible;
/// # async fn send(_: http::Request<String>) -> Result<http::Response<String>, Infallible> {
/// #     Ok(http::Response::new(String::new()))
/// # }
/// # let telemetry = obskit::Telemetry::build(obskit::config::Config::default())?;
/// let client = ServiceBuilder::new()
///     .map_request(Resends::count::<String>)
///     // .retry(policy)
///     .layer(telemetry.client_layer("billing"))
///     .service_fn(send);
/// # drop(client);
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Resends {
    /// By this layer.
    sent: Arc<AtomicU32>,
    /// When it came to this layer.
    before: u32,
}

impl Resends {
    /// Has the sendings of this request and of its copies counted from here on.
    pub fn count<B>(mut request: Request<B>) -> Request<B> {
        request.extensions_mut().insert(Self::default());
        request
    }

    /// How often it was sent before now. A layer within counts from there on.
    pub(super) fn next<B>(request: &mut Request<B>) -> u32 {
        let Some(resends) = request.extensions_mut().get_mut::<Self>() else { return 0 };
        let before = resends.before.saturating_add(resends.sent.fetch_add(1, Ordering::Relaxed));
        *resends = Self { before, ..Self::default() };
        before
    }
}

pub(super) fn operation<B>(request: &Request<B>) -> Option<&'static str> {
    request.extensions().get::<Operation>().map(|operation| operation.0)
}

/// The host that a request goes to.
pub(super) fn host<B>(request: &Request<B>) -> Option<&str> {
    let header = || host_header(request).map(|host| split(host).0);
    request.uri().host().or_else(header)
}

/// What the span of a call says of its request, which is of gRPC or not, and was sent so often
/// before.
pub(super) fn asked<B>(request: &Request<B>, is_grpc: bool, resends: u32, wanted: Wanted) -> Asked {
    let uri = request.uri();
    let without_brackets = |host: &str| host.trim_matches(['[', ']']).into();
    Asked {
        verb: Verb::of(request.method()),
        grpc_method: is_grpc.then(|| grpc_method(uri.path()).into()),
        template: request.extensions().get::<UrlTemplate>().map(|template| template.0),
        url: wanted.has(Capture::UrlFull).then(|| url(uri)).flatten(),
        operation: operation(request),
        address: host(request).map(without_brackets),
        port: port(uri).or_else(|| split(host_header(request)?).1),
        resends,
    }
}

/// The whole of a URL but for who it says is calling.
fn url(uri: &Uri) -> Option<Box<str>> {
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let rest = uri.path_and_query().map_or("", PathAndQuery::as_str);
    Some(format!("{scheme}://{host}{rest}").into())
}

fn host_header<B>(request: &Request<B>) -> Option<&str> {
    request.headers().get(HOST).map(HeaderValue::to_str)?.ok()
}

fn port(uri: &Uri) -> Option<u16> {
    uri.host()?;
    uri.port_u16().or_else(|| match uri.scheme_str()? {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    })
}

/// A host, and its port if that is told.
fn split(host: &str) -> (&str, Option<u16>) {
    let split = host.rsplit_once(':');
    let digits = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    match split.filter(|(_, port)| digits(port)) {
        Some((name, port)) => (name, port.parse().ok()),
        None => (host, None),
    }
}

/// The method that a path of the form `/package.Service/Method` names; what has another form may
/// be anything.
fn grpc_method(path: &str) -> &str {
    const OTHER: &str = "_OTHER";
    let is_name = |part: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        !part.is_empty() && part.bytes().all(is_part)
    };
    let Some(method) = path.strip_prefix('/').filter(|method| method.len() <= 256) else {
        return OTHER;
    };
    match method.split_once('/') {
        Some((service, name)) if is_name(service) && is_name(name) => method,
        _ => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grpc_path_is_a_method_or_nothing() {
        for (path, expected) in [
            ("/shop.v1.Orders/TracePlace", "shop.v1.Orders/TracePlace"),
            ("/Echo/Say_it", "Echo/Say_it"),
            ("/users/7/orders", "_OTHER"),
            ("/", "_OTHER"),
            ("", "_OTHER"),
            ("/a/", "_OTHER"),
            ("/a/b%20c", "_OTHER"),
        ] {
            assert_eq!(grpc_method(path), expected, "{path}");
        }
        assert_eq!(grpc_method(&format!("/a/{}", "b".repeat(300))), "_OTHER");
    }

    #[test]
    fn an_address_is_the_urls_or_the_headers() {
        for (url, header, address, port) in [
            ("http://billing/", None, Some("billing"), Some(80)),
            ("https://billing/", None, Some("billing"), Some(443)),
            ("https://user:secret@billing:8443/", None, Some("billing"), Some(8443)),
            ("http://[::1]:8080/", Some("other"), Some("::1"), Some(8080)),
            ("/", Some("billing:81"), Some("billing"), Some(81)),
            ("/", Some("billing"), Some("billing"), None),
            ("/", Some("[::1]"), Some("::1"), None),
            ("/", Some("billing:99999"), Some("billing"), None),
            ("/", None, None, None),
        ] {
            let mut request = Request::get(url).body(()).unwrap();
            if let Some(header) = header {
                request.headers_mut().insert(HOST, header.parse().unwrap());
            }
            let asked = asked(&request, false, 0, Wanted::default());
            assert_eq!((asked.address.as_deref(), asked.port), (address, port), "{url} {header:?}");
        }
    }
}
