//! Whether a web server answers as it should.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use ::http::header::{CONNECTION, HOST, HeaderName, HeaderValue, USER_AGENT};
use ::http::uri::PathAndQuery;
use ::http::{HeaderMap, Method, Request, StatusCode, Uri};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;

use crate::error::Error;
use crate::health::{BoxError, Check};

use super::address::Address;
use super::connect::{Connector, Stream};
use super::failure::because;

/// The most that is read of an answer's head; its body is not read.
const HEAD_BYTES: usize = 16 * 1024;
const HEADERS: usize = 100;

/// Passes where a URL is answered with a status of a range, 200 to 299 at first.
///
/// One request on a connection of its own, HTTP/1.1 without TLS. Redirects are not followed, and
/// the body is not read: the head is bounded by 16 KiB and 100 fields. An `https` URL is checked by
/// a closure around the client that the service has.
///
/// ```
/// use obskit::health::checks::Http;
///
/// let inventory = Http::get("http://inventory.internal:8080/readyz")?.statuses(200..=204);
/// # Ok::<(), obskit::Error>(())
/// ```
pub struct Http {
    connector: Connector,
    method: Method,
    target: PathAndQuery,
    statuses: RangeInclusive<u16>,
    headers: HeaderMap,
}

impl Http {
    /// A check by GET.
    ///
    /// # Errors
    ///
    /// When the URL is malformed, is not `http`, or holds a user or password, which belong into a
    /// [header](Self::header).
    pub fn get(url: &str) -> Result<Self, Error> {
        Self::with(Method::GET, url)
    }

    /// A check by HEAD, for a page that is large or dear.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    pub fn head(url: &str) -> Result<Self, Error> {
        Self::with(Method::HEAD, url)
    }

    /// The statuses that are a success.
    #[must_use]
    pub fn statuses(self, statuses: RangeInclusive<u16>) -> Self {
        Self { statuses, ..self }
    }

    /// Sends a header, in place of an earlier one of its name. `host` too may be set. Its value is
    /// never shown.
    #[must_use]
    pub fn header(mut self, name: HeaderName, mut value: HeaderValue) -> Self {
        value.set_sensitive(true);
        self.headers.insert(name, value);
        self
    }

    fn with(method: Method, url: &str) -> Result<Self, Error> {
        let refused = |reason: &str| {
            let accepted = "expected http://host:port/path";
            Error::config(format!("a URL to be checked is malformed: {reason}; {accepted}"))
        };
        let uri = Uri::from_str(url).map_err(|error| refused(&error.to_string()))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(refused("https takes a closure with a client of TLS")),
            _ => return Err(refused("its scheme is not http")),
        }
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        if authority.contains('@') {
            return Err(refused("it holds a user"));
        }
        let host =
            HeaderValue::from_str(authority).map_err(|_| refused("its host is malformed"))?;
        let port = if uri.port().is_some() { "" } else { ":80" };
        let address = Address::parse(&format!("{authority}{port}"))?;
        let target = uri.path_and_query().cloned();
        Ok(Self {
            connector: Connector::to(address),
            method,
            target: target.unwrap_or_else(|| PathAndQuery::from_static("/")),
            statuses: 200..=299,
            headers: HeaderMap::from_iter([
                (HOST, host),
                (
                    USER_AGENT,
                    HeaderValue::from_static(concat!("obskit/", env!("CARGO_PKG_VERSION"))),
                ),
                (CONNECTION, HeaderValue::from_static("close")),
            ]),
        })
    }

    fn request(&self) -> Request<String> {
        let mut request = Request::new(String::new());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = Uri::from(self.target.clone());
        *request.headers_mut() = self.headers.clone();
        request
    }
}

impl Check for Http {
    async fn check(&self) -> Result<(), BoxError> {
        let stream = self.connector.connect().await?;
        let status = exchange(stream, self.request()).await?.as_u16();
        if self.statuses.contains(&status) {
            return Ok(());
        }
        let (first, last) = (self.statuses.start(), self.statuses.end());
        Err(format!("it answered {status}, expected {first} to {last}").into())
    }
}

/// Without the query, which may hold a key.
impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connector, method, target, statuses, headers } = self;
        f.debug_struct("Http")
            .field("connector", connector)
            .field("method", method)
            .field("path", &target.path())
            .field("statuses", statuses)
            .field("headers", headers)
            .finish()
    }
}

/// The status of the answer; the connection ends with it.
async fn exchange(
    stream: Box<dyn Stream>,
    request: Request<String>,
) -> Result<StatusCode, BoxError> {
    let builder = http1::Builder::new().max_buf_size(HEAD_BYTES).max_headers(HEADERS).clone();
    let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
    // Dropped, and with it the connection, when this is.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let answer = sender.send_request(request).await;
    answer.map(|response| response.status()).map_err(because("it gave no answer"))
}
