//! One server's URL, and a connection to it that stays open between exports.

use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::{self, Builder};
use hyper_util::rt::TokioTimer;
use tokio::time::timeout;

use super::connector::{Connector, Reach};

pub(super) struct Client {
    inner: legacy::Client<Connector, Full<Bytes>>,
    url: Uri,
    headers: HeaderMap,
    /// The proxy's host, if there is one.
    proxy: Option<String>,
    reading: Duration,
}

/// What was answered, its body as far as it was read.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// And trailers.
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Why there is no answer.
pub(super) struct Unanswered {
    pub(super) why: String,
    pub(super) is_of_certificates: bool,
    pub(super) is_of_connecting: bool,
}

/// After which a connection is closed that nothing was sent on.
const IDLE: Duration = Duration::from_secs(90);
/// For a body that says nothing that matters, once its head is there.
const READING: Duration = Duration::from_secs(2);
/// The most of an answer's body that is read.
const LONGEST_BODY: usize = 64 << 10;
const AGENT: &str = concat!("obskit/", env!("CARGO_PKG_VERSION"));

impl Client {
    /// Posts to that URL, with these headers.
    pub(super) fn new(
        mut builder: Builder,
        reach: Reach,
        url: Uri,
        mut headers: HeaderMap,
    ) -> Self {
        let Reach { connector, detour } = reach;
        builder.pool_idle_timeout(IDLE).pool_max_idle_per_host(1).pool_timer(TokioTimer::new());
        headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
        if let Some(credentials) = detour.credentials {
            headers.insert(header::PROXY_AUTHORIZATION, credentials);
        }
        let (inner, proxy) = (builder.build(connector), detour.host);
        Self { inner, url, headers, proxy, reading: READING }
    }

    /// Its head is waited for as long as it takes.
    pub(super) async fn post(&self, body: Bytes) -> Result<Reply, Unanswered> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = self.headers.clone();
        let response =
            self.inner.request(request).await.map_err(|error| self.unanswered(&error))?;
        let (mut head, body) = response.into_parts();
        let collected = read(body, self.reading).await;
        if let Some(trailers) = collected.as_ref().and_then(Collected::trailers) {
            head.headers.extend(trailers.clone());
        }
        let body = collected.map(Collected::to_bytes).unwrap_or_default();
        Ok(Reply { status: head.status, headers: head.headers, body })
    }

    fn unanswered(&self, error: &legacy::Error) -> Unanswered {
        let why = bottom(error);
        let is_of_certificates = why.contains("certificate");
        let why = match &self.proxy {
            Some(proxy) => format!("by the proxy {proxy}: {why}"),
            None => why,
        };
        Unanswered { why, is_of_certificates, is_of_connecting: error.is_connect() }
    }
}

#[cfg(feature = "otlp-grpc")]
impl Client {
    /// Where a head alone says nothing: the body has as long as the whole export.
    pub(super) fn that_reads_all(self) -> Self {
        Self { reading: Duration::MAX, ..self }
    }
}

/// What can be read of it in time.
async fn read(body: Incoming, within: Duration) -> Option<Collected<Bytes>> {
    timeout(within, Limited::new(body, LONGEST_BODY).collect()).await.ok()?.ok()
}

/// What lies at the bottom of an error, which says most.
fn bottom(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// What `retry-after` says: seconds, or a date.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}
