//! One collector's URL, and a connection to it that stays open between exports.

use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::{self, Builder};
use hyper_util::rt::TokioTimer;
use tokio::time::timeout;

use crate::config::Otlp;

use super::answer::{Answer, LONGEST_BODY, Trouble};
use super::connector::Connector;

pub(super) struct Client {
    inner: legacy::Client<Connector, Full<Bytes>>,
    url: Uri,
    headers: HeaderMap,
    reading: Duration,
}

/// What was answered, its body as far as it was read.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// And trailers.
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// After which a connection is closed that nothing was sent on.
const IDLE: Duration = Duration::from_secs(90);
/// For a body that says nothing that matters, once its head is there.
const READING: Duration = Duration::from_secs(2);
const AGENT: &str = concat!("obskit/", env!("CARGO_PKG_VERSION"));

impl Client {
    /// Posts to that URL with the headers of the settings, and with these in place of them.
    pub(super) fn new(
        mut builder: Builder,
        connector: Connector,
        url: Uri,
        otlp: &Otlp,
        own: &[(header::HeaderName, &'static str)],
    ) -> Self {
        builder.pool_idle_timeout(IDLE).pool_max_idle_per_host(1).pool_timer(TokioTimer::new());
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, HeaderValue::from_static(AGENT));
        for (name, value) in &otlp.headers {
            let mut value = value.expose().clone();
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        for (name, value) in own {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Self { inner: builder.build(connector), url, headers, reading: READING }
    }

    /// An error is an answer, too.
    pub(super) async fn post(&self, body: Bytes) -> Result<Reply, Answer> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = self.headers.clone();
        let response = self.inner.request(request).await.map_err(|error| unanswered(&error))?;
        let (mut head, body) = response.into_parts();
        let collected = read(body, self.reading).await;
        if let Some(trailers) = collected.as_ref().and_then(Collected::trailers) {
            head.headers.extend(trailers.clone());
        }
        let body = collected.map(Collected::to_bytes).unwrap_or_default();
        Ok(Reply { status: head.status, headers: head.headers, body })
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

fn unanswered(error: &legacy::Error) -> Answer {
    let why = bottom(error);
    let hint = if why.contains("certificate") {
        "Name who signed its certificate in OTEL_EXPORTER_OTLP_CERTIFICATE, and if it wants one of \
         yours, that in OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE."
    } else if error.is_connect() {
        "Start the collector, or set OTEL_EXPORTER_OTLP_ENDPOINT to where it listens."
    } else {
        "Does it speak OTEL_EXPORTER_OTLP_PROTOCOL on that port? gRPC is mostly on 4317, HTTP on \
         4318, and TLS wants https."
    };
    Answer::Later { after: None, trouble: Trouble::new(why, hint) }
}

/// What lies at the bottom of an error, which says most.
fn bottom(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
