//! The proxy on the way out.

use std::fmt;
use std::str::FromStr;

use http::Uri;

use super::secret::Secret;
use crate::error::Error;

/// Through which HTTP proxy spans, log records and reports go. What is on this machine,
/// `localhost` and loopback addresses, is always reached without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Proxy {
    /// For servers that are spoken to over TLS, through a tunnel (`CONNECT`).
    /// Default: none (`HTTPS_PROXY`, or `ALL_PROXY`).
    pub https: Option<ProxyUrl>,
    /// For the others: gRPC goes through a tunnel, HTTP/1 does not.
    /// Default: none (`HTTP_PROXY`, or `ALL_PROXY`).
    pub http: Option<ProxyUrl>,
    /// Who is reached without one, separated by commas: names, with every name below them,
    /// addresses, networks as `10.0.0.0/8`, or `*`. Default: nobody (`NO_PROXY`).
    pub no_proxy: String,
}

/// Where a proxy is: `http://[user:password@]host[:port]`. Its credentials are hidden from every
/// print.
///
/// ```
/// let proxy: obskit::config::ProxyUrl = "http://me:s3cret@proxy.example.com:3128".parse()?;
/// assert_eq!(proxy.to_string(), "http://proxy.example.com:3128");
/// assert!(!format!("{proxy:?}").contains("s3cret"));
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl {
    /// Host and, if given, port.
    host: String,
    /// The whole.
    url: Secret<String>,
}

impl ProxyUrl {
    pub(super) const ACCEPTS: &str = "http://[user:password@]host[:port]";

    /// The reason is fixed text, so that it cannot give credentials away.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        // As most others take it.
        let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url: Uri = whole.parse().map_err(|_| "it is no URL")?;
        if url.scheme_str() != Some("http") {
            return Err("its scheme is not http");
        }
        let authority = url.authority().map_or("", |authority| authority.as_str());
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        if user.contains('@') {
            return Err("the @ in its credentials is not written as %40");
        }
        if host.is_empty() || host.starts_with(':') {
            return Err("it has no host");
        }
        Ok(Self { host: host.to_owned(), url: whole.into() })
    }
}

#[cfg(feature = "otlp")]
impl ProxyUrl {
    /// With its credentials.
    pub(crate) fn url(&self) -> &Secret<String> {
        &self.url
    }
}

/// # Errors
///
/// It is no URL, or one of another scheme. The error hides the rest.
impl FromStr for ProxyUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |reason| format!("the proxy: {reason}; accepted: {}", Self::ACCEPTS);
        Self::parse(text).map_err(|reason| Error::config(wrong(reason)))
    }
}

/// Without credentials.
impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.host)
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_proxy_is_told_without_its_credentials() {
        let check = |text: &str, expected: &str| {
            let found = match text.parse::<ProxyUrl>() {
                Ok(proxy) => format!("{proxy:?}"),
                Err(error) => error.to_string(),
            };
            assert!(found.contains(expected) && !found.contains("s3cret"), "{text}: {found}");
        };
        check("http://proxy:3128", "http://proxy:3128");
        check("http://me:s3cret@[::1]:3128/", "http://[::1]:3128");
        check("proxy:3128", "http://proxy:3128");
        check("me:s3cret@proxy", "http://proxy");
        check("socks5://me:s3cret@proxy", "scheme is not http");
        check("https://me:s3cret@proxy", "scheme is not http");
        check("http://me:s3cret@:80", "no host");
        check("http://me:s3cret@pro xy", "no URL");
        check("http://me:p@s3cret@proxy", "%40");
        check("http://me:p%40s3cret@proxy", "http://proxy");
    }
}
