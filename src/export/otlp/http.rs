//! OTLP over HTTP: protobuf, posted.

use std::fmt;
use std::io::Write;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use flate2::Compression as Level;
use flate2::write::GzEncoder;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::config::{Compression, Otlp};
use crate::error::Error;

use super::answer::{self, Answer, LONGEST_BODY};
use super::connector::{self, Connector};

/// One collector's URL and a connection to it, which stays open between exports.
pub(super) struct Http {
    client: Client<Connector, Full<Bytes>>,
    url: Uri,
    headers: HeaderMap,
    compression: Compression,
}

/// After which a connection is closed that nothing was sent on.
const IDLE: Duration = Duration::from_secs(90);

impl Http {
    pub(super) fn new(url: Uri, otlp: &Otlp) -> Result<Self, Error> {
        let mut headers = HeaderMap::new();
        let agent = concat!("obskit/", env!("CARGO_PKG_VERSION"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
        for (name, value) in &otlp.headers {
            let mut value = value.expose().clone();
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let protobuf = HeaderValue::from_static("application/x-protobuf");
        headers.insert(header::CONTENT_TYPE, protobuf);
        if otlp.compression == Compression::Gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(1)
            .pool_timer(TokioTimer::new())
            .build(connector::new(&url, otlp)?);
        Ok(Self { client, url, headers, compression: otlp.compression })
    }

    /// The bytes that are sent of a request, as often as need be.
    pub(super) fn pack(&self, request: Vec<u8>) -> Bytes {
        match self.compression {
            Compression::None => request.into(),
            Compression::Gzip => gzip(&request).unwrap_or(request).into(),
        }
    }

    pub(super) async fn send(&self, body: Bytes) -> Answer {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        *request.headers_mut() = self.headers.clone();
        let response = match self.client.request(request).await {
            Ok(response) => response,
            Err(error) => return Answer::Later { after: None, why: connector::told(&error) },
        };
        let (head, body) = response.into_parts();
        let body = read(body).await;
        answer::of_http(head.status, &head.headers, &body, SystemTime::now())
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("compression", &self.compression).finish_non_exhaustive()
    }
}

/// What can be read of it; a status alone says enough.
async fn read(body: Incoming) -> Bytes {
    let body = Limited::new(body, LONGEST_BODY).collect().await;
    body.map(http_body_util::Collected::to_bytes).unwrap_or_default()
}

pub(super) fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Level::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).ok()
}
