//! OTLP over HTTP: protobuf, posted.

use std::fmt;
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;

use crate::config::{Compression, Otlp, Proxy};
use crate::error::Error;
use crate::export::client::Client;
use crate::export::connector::{self, Server};
use crate::export::wire::gzip;

use super::answer::{Answer, of_http};

pub(super) struct Http {
    client: Client,
    compression: Compression,
}

impl Http {
    pub(super) fn new(url: Uri, otlp: &Otlp, proxy: &Proxy) -> Result<Self, Error> {
        let mut own = vec![(header::CONTENT_TYPE, "application/x-protobuf")];
        if otlp.compression == Compression::Gzip {
            own.push((header::CONTENT_ENCODING, "gzip"));
        }
        let reach = connector::http1(&url, &server(otlp, proxy))?;
        let builder = legacy::Client::builder(TokioExecutor::new());
        let client = Client::new(builder, reach, url, headers(otlp, &own));
        Ok(Self { client, compression: otlp.compression })
    }

    /// The bytes that are sent of a request, as often as need be.
    pub(super) fn pack(&self, request: Vec<u8>) -> Bytes {
        match self.compression {
            Compression::None => request.into(),
            Compression::Gzip => gzip(&request).into(),
        }
    }

    pub(super) async fn send(&self, body: Bytes) -> Answer {
        match self.client.post(body).await {
            Ok(reply) => of_http(reply.status, &reply.headers, &reply.body, SystemTime::now()),
            Err(unanswered) => Answer::none(unanswered),
        }
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("compression", &self.compression).finish_non_exhaustive()
    }
}

/// What is known of a collector.
pub(super) fn server<'a>(otlp: &'a Otlp, proxy: &'a Proxy) -> Server<'a> {
    Server {
        whose: "OTLP",
        roots: "OTEL_EXPORTER_OTLP_CERTIFICATE",
        certificate: otlp.certificate.as_deref(),
        client: otlp.client_key.as_deref().zip(otlp.client_certificate.as_deref()),
        proxy,
    }
}

/// Those of the settings, and these in place of them.
pub(super) fn headers(otlp: &Otlp, own: &[(HeaderName, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in &otlp.headers {
        let mut value = value.expose().clone();
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    for (name, value) in own {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
}
