//! The way out by OTLP, shared by the signals that can take it.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Uri};

use super::secret::Secret;

/// How a signal is exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exporter {
    /// Pushed to a collector by OTLP.
    Otlp,
    /// Written to standard output, each span as a JSON object on a line of its own.
    Console,
    /// Not exported.
    None,
}

/// Where one signal goes and how, by the OpenTelemetry protocol exporter's specification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Otlp {
    /// The whole URL, `http` or `https`, used as it stands: over HTTP it has the signal's path,
    /// as `/v1/traces`. Without credentials, which belong into `headers`.
    /// Default: none, which is `localhost`, port 4318 (HTTP) or 4317 (gRPC).
    pub endpoint: Option<Uri>,
    /// What is spoken there. Default: protobuf over HTTP.
    pub protocol: Protocol,
    /// Headers (over gRPC: metadata) sent with every export. Default: none.
    pub headers: Vec<(HeaderName, Secret<HeaderValue>)>,
    /// The longest one export may take. Default: 10 s.
    pub timeout: Duration,
    /// Default: none.
    pub compression: Compression,
    /// A PEM file with the certificates that may have signed the server's. Default: the system's.
    pub certificate: Option<PathBuf>,
    /// A PEM file with our private key, for mutual TLS; with `client_certificate`. Default: none.
    pub client_key: Option<PathBuf>,
    /// A PEM file with our certificate chain; with `client_key`. Default: none.
    pub client_certificate: Option<PathBuf>,
}

/// What is spoken to a collector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// `http/protobuf`
    #[default]
    HttpProtobuf,
    /// `grpc`
    Grpc,
}

/// How an export's body is compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// By gzip.
    Gzip,
}

/// A signal that OTLP carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Spans.
    Traces,
    /// Log records.
    Logs,
    /// Metrics.
    Metrics,
}

/// How records wait for their export, by the specification's batch processor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batch {
    /// Records that may wait; more are dropped and counted. 1 to 2,147,483,647. Default: 2,048.
    pub queue_size: usize,
    /// Bytes of the records that may wait; what is beyond is dropped and counted. 64 KiB to 1 GiB.
    /// Default: 16 MiB (`OBSKIT_OTLP_QUEUE_BYTES`).
    pub queue_bytes: usize,
    /// Records in one export, at most. 1 to `queue_size`. Default: 512.
    pub batch_size: usize,
    /// The longest a record waits for others. Default: 5 s for spans, 1 s for logs.
    pub schedule_delay: Duration,
    /// The longest one export may take, retries included. Default: 30 s.
    pub export_timeout: Duration,
}

impl Otlp {
    /// The URL to which a signal is sent: `endpoint`, or the specification's default.
    pub fn url(&self, signal: Signal) -> Uri {
        match (&self.endpoint, self.protocol) {
            (Some(endpoint), _) => endpoint.clone(),
            (None, Protocol::Grpc) => Uri::from_static("http://localhost:4317"),
            (None, Protocol::HttpProtobuf) => Uri::from_static(match signal {
                Signal::Traces => "http://localhost:4318/v1/traces",
                Signal::Logs => "http://localhost:4318/v1/logs",
                Signal::Metrics => "http://localhost:4318/v1/metrics",
            }),
        }
    }
}

impl Default for Otlp {
    fn default() -> Self {
        Self {
            endpoint: None,
            protocol: Protocol::default(),
            headers: Vec::new(),
            timeout: Duration::from_secs(10),
            compression: Compression::default(),
            certificate: None,
            client_key: None,
            client_certificate: None,
        }
    }
}

impl Signal {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Traces, Self::Logs, Self::Metrics];

    /// The last segment of its path, as `traces` in `/v1/traces`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Logs => "logs",
            Self::Metrics => "metrics",
        }
    }
}

impl Batch {
    /// The largest queue, which the specification bounds to positive 32-bit integers.
    pub(crate) const LARGEST_QUEUE: usize = i32::MAX as usize;
    /// What `queue_bytes` may be.
    pub(crate) const QUEUE_BYTES: RangeInclusive<usize> = 64 << 10..=1 << 30;

    pub(crate) fn with_delay(schedule_delay: Duration) -> Self {
        let export_timeout = Duration::from_secs(30);
        Self {
            queue_size: 2_048,
            queue_bytes: 16 << 20,
            batch_size: 512,
            schedule_delay,
            export_timeout,
        }
    }
}
