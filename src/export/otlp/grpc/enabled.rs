//! OTLP over gRPC: one unary call each, on one connection of HTTP/2.

mod status;

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderName, Uri, header};
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::config::{Compression, Otlp, Proxy, Signal};
use crate::error::Error;
use crate::export::client::{Client, Reply};
use crate::export::connector;
use crate::export::wire::gzip;

use super::answer::{Answer, of_http, of_response};
use super::http::{headers, server};

pub(super) struct Grpc {
    client: Client,
    compression: Compression,
}

/// A connection is asked for a sign of life after such a silence, and given up after as long.
const ALIVE: Duration = Duration::from_secs(20);

impl Grpc {
    pub(super) fn new(url: Uri, signal: Signal, otlp: &Otlp, proxy: &Proxy) -> Result<Self, Error> {
        let mut own = vec![
            (header::CONTENT_TYPE, "application/grpc"),
            (header::TE, "trailers"),
            (HeaderName::from_static("grpc-accept-encoding"), "identity"),
        ];
        if otlp.compression == Compression::Gzip {
            own.push((HeaderName::from_static("grpc-encoding"), "gzip"));
        }
        let reach = connector::http2(&url, &server(otlp, proxy))?;
        let mut builder = legacy::Client::builder(TokioExecutor::new());
        builder
            .http2_only(true)
            .timer(TokioTimer::new())
            .http2_keep_alive_interval(ALIVE)
            .http2_keep_alive_timeout(ALIVE);
        let client = Client::new(builder, reach, method(url, signal), headers(otlp, &own));
        Ok(Self { client: client.that_reads_all(), compression: otlp.compression })
    }

    /// The message after its flag and its length.
    pub(super) fn pack(&self, request: Vec<u8>) -> Bytes {
        let (flag, message) = match self.compression {
            Compression::None => (0, request),
            Compression::Gzip => (1, gzip(&request)),
        };
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        [&[flag], &length.to_be_bytes()[..], &message].concat().into()
    }

    pub(super) async fn send(&self, body: Bytes) -> Answer {
        match self.client.post(body).await {
            Ok(reply) => of_grpc(&reply),
            Err(unanswered) => Answer::none(unanswered),
        }
    }
}

impl fmt::Debug for Grpc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grpc").field("compression", &self.compression).finish_non_exhaustive()
    }
}

/// The URL's own path says nothing here.
fn method(url: Uri, signal: Signal) -> Uri {
    let path = match signal {
        Signal::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        Signal::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        Signal::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
    };
    let mut parts = url.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::from_static(path));
    Uri::from_parts(parts).unwrap_or(url)
}

/// The status is a trailer, or a header where there is no message.
fn of_grpc(Reply { status, headers, body }: &Reply) -> Answer {
    if !status.is_success() {
        return of_http(*status, headers, body, SystemTime::now());
    }
    if !headers.contains_key(status::STATUS) {
        return status::none();
    }
    status::read(headers).unwrap_or_else(|| of_response(message(body)))
}

/// The first one, which is not compressed.
fn message(body: &[u8]) -> &[u8] {
    body.split_first_chunk::<5>().map_or(&[], |(_, message)| message)
}
