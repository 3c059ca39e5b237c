//! The way to a server's host: straight, or by a proxy.

use std::error::Error as StdError;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderValue, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::config::Proxy;

/// Connects to a host, whatever is spoken there.
#[derive(Clone, Debug)]
pub(super) struct Route {
    tcp: HttpConnector,
    by: By,
}

#[derive(Clone, Debug)]
enum By {
    Straight,
    /// The proxy gets requests and hands them on.
    Asking(Uri),
    /// The proxy hands bytes on.
    Tunnel(Box<Tunnel<HttpConnector>>),
}

/// A connection to the host, or to the proxy that is asked.
#[derive(Debug)]
pub(super) struct Link {
    stream: TokioIo<TcpStream>,
    is_asked: bool,
}

/// What a client has to know of it.
#[derive(Debug, Default)]
pub(super) struct Detour {
    /// The proxy's host, if there is one.
    pub(super) host: Option<String>,
    /// What the proxy wants to see with each request.
    pub(super) credentials: Option<HeaderValue>,
}

type Failed = Box<dyn StdError + Send + Sync>;
type Connecting = Pin<Box<dyn Future<Output = Result<Link, Failed>> + Send>>;

impl Route {
    /// To that URL. HTTP/2 is nothing that a proxy could be asked in.
    pub(super) fn new(
        tcp: HttpConnector,
        url: &Uri,
        proxy: &Proxy,
        is_http2: bool,
    ) -> (Self, Detour) {
        let Some(proxy) = proxy_of(url, proxy) else {
            return (Self { tcp, by: By::Straight }, Detour::default());
        };
        let place = proxy.uri().clone();
        let host = place.authority().map(ToString::to_string);
        let mut credentials = proxy.basic_auth().cloned();
        if let Some(credentials) = &mut credentials {
            credentials.set_sensitive(true);
        }
        if is_http2 || url.scheme_str() == Some("https") {
            let tunnel = Tunnel::new(place, tcp.clone());
            let tunnel = match credentials {
                Some(credentials) => tunnel.with_auth(credentials),
                None => tunnel,
            };
            let by = By::Tunnel(tunnel.into());
            return (Self { tcp, by }, Detour { host, credentials: None });
        }
        (Self { tcp, by: By::Asking(place) }, Detour { host, credentials })
    }
}

/// Whether it is reached by a proxy.
pub(crate) fn is_by_proxy(url: &Uri, proxy: &Proxy) -> bool {
    proxy_of(url, proxy).is_some()
}

fn proxy_of(url: &Uri, proxy: &Proxy) -> Option<Intercept> {
    let Proxy { https, http, no_proxy } = proxy;
    if is_here(url.host()?) {
        return None;
    }
    let mut matcher = Matcher::builder().no(no_proxy.as_str());
    if let Some(https) = https {
        matcher = matcher.https(https.url().expose().as_str());
    }
    if let Some(http) = http {
        matcher = matcher.http(http.url().expose().as_str());
    }
    matcher.build().intercept(url)
}

/// On this machine, where no proxy is of use.
fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = bare.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

impl Service<Uri> for Route {
    type Response = Link;
    type Error = Failed;
    type Future = Connecting;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failed>> {
        self.tcp.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, host: Uri) -> Connecting {
        let Self { tcp, by } = self;
        let is_asked = matches!(by, By::Asking(_));
        match by {
            By::Straight => link(tcp.call(host), is_asked),
            By::Asking(proxy) => link(tcp.call(proxy.clone()), is_asked),
            By::Tunnel(tunnel) => link(tunnel.call(with_port(host)), is_asked),
        }
    }
}

/// A tunnel goes to the port of TLS where none is named.
fn with_port(host: Uri) -> Uri {
    match host.authority() {
        Some(name) if host.port().is_none() && host.scheme_str() == Some("http") => {
            Uri::try_from(format!("http://{name}:80/")).unwrap_or(host)
        }
        _ => host,
    }
}

fn link<E: Into<Failed>>(
    connecting: impl Future<Output = Result<TokioIo<TcpStream>, E>> + Send + 'static,
    is_asked: bool,
) -> Connecting {
    Box::pin(async move {
        let stream = connecting.await.map_err(Into::into)?;
        Ok(Link { stream, is_asked })
    })
}

impl Connection for Link {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.is_asked)
    }
}

impl Read for Link {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl Write for Link {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_for_what_it_is_set_for() {
        let proxy = Proxy {
            https: Some("http://me:s3cret@secure:3128".parse().unwrap()),
            http: Some("plain".parse().unwrap()),
            no_proxy: "internal.example.com, 10.0.0.0/8".to_owned(),
        };
        let check = |url: &str, expected: Option<&str>| {
            let found = proxy_of(&url.parse().unwrap(), &proxy);
            let found = found.map(|proxy| proxy.uri().authority().unwrap().to_string());
            assert_eq!(found.as_deref(), expected, "{url}");
        };
        check("https://sentry.example.com/1", Some("secure:3128"));
        check("http://collector:4318/v1/traces", Some("plain"));
        check("https://internal.example.com", None);
        check("https://a.internal.example.com", None);
        check("http://10.1.2.3:4318", None);
        for here in ["localhost:4318", "LOCALHOST", "a.localhost", "127.0.0.1", "[::1]:4318"] {
            check(&format!("http://{here}"), None);
            check(&format!("https://{here}"), None);
        }
        let none = Proxy::default();
        assert!(!is_by_proxy(&Uri::from_static("https://sentry.example.com"), &none));
    }

    #[test]
    fn a_tunnel_goes_to_the_port_of_the_scheme() {
        let check = |url: &str, expected: &str| {
            assert_eq!(with_port(url.parse().unwrap()), expected);
        };
        check("http://collector", "http://collector:80/");
        check("http://[::1]", "http://[::1]:80/");
        check("http://collector:4317", "http://collector:4317/");
        check("https://collector", "https://collector/");
    }
}
