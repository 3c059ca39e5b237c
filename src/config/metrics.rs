//! Counting and measuring.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::otlp::{Exporter, Otlp};

/// What is measured, and how much of it is kept.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each switches one thing and is set by name")]
pub struct Metrics {
    /// The names of the HTTP families. Default: Prometheus.
    pub naming: Naming,
    /// Label sets a family may hold; later ones go to its overflow series. 1 to 1,000,000.
    /// Default: 2,000.
    pub series_limit: u32,
    /// Endpoints told apart; later ones are counted as overflow. 1 to 100,000. Default: 1,000.
    pub endpoint_limit: u32,
    /// Upper bounds of the latency buckets in seconds, ascending, 1 to 64 of them.
    /// Default: 0.005 to 10, as Prometheus clients have them.
    pub latency_buckets: Vec<f64>,
    /// Latencies are also kept as native histograms, shown to scrapers that ask for protobuf.
    /// Default: false.
    pub native_histograms: bool,
    /// Histogram buckets carry the trace ID of a recent sampled request. Default: true.
    pub exemplars: bool,
    /// Calls to dependencies that take longer are counted as slow. Up to 5 min. Default: 1 s.
    pub slow_dependency: Duration,
    /// The sizes of request and response bodies are measured. Default: false.
    pub body_sizes: bool,
    /// CPU, memory, file descriptors, threads and I/O of the process. Default: true.
    pub collect_process: bool,
    /// Workers, queues and tasks of the tokio runtime. Default: true.
    pub collect_runtime: bool,
    /// How metrics are pushed, beside being served at `/metrics`. `Otlp` or `None`.
    /// Default: `None`.
    pub exporter: Exporter,
    /// Where and how they are pushed.
    pub otlp: Otlp,
    /// Time from one push to the next. 100 ms or more. Default: 60 s.
    pub export_interval: Duration,
    /// The longest one push may take. Default: 30 s.
    pub export_timeout: Duration,
}

/// Whose names the HTTP families have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// `http_requests_total`, `http_request_duration_seconds`.
    #[default]
    Prometheus,
    /// `http_server_request_duration_seconds` and the labels of the semantic conventions.
    OpenTelemetry,
}

impl Metrics {
    /// How many bounds a histogram may have.
    pub(crate) const BUCKETS: usize = 64;
    pub(crate) const SERIES: RangeInclusive<u32> = 1..=1_000_000;
    pub(crate) const ENDPOINTS: RangeInclusive<u32> = 1..=100_000;
    pub(crate) const SLOWEST: Duration = Duration::from_mins(5);
    pub(crate) const SHORTEST_INTERVAL: Duration = Duration::from_millis(100);
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            naming: Naming::Prometheus,
            series_limit: 2_000,
            endpoint_limit: 1_000,
            latency_buckets: vec![0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0],
            native_histograms: false,
            exemplars: true,
            slow_dependency: Duration::from_secs(1),
            body_sizes: false,
            collect_process: true,
            collect_runtime: true,
            exporter: Exporter::None,
            otlp: Otlp::default(),
            export_interval: Duration::from_mins(1),
            export_timeout: Duration::from_secs(30),
        }
    }
}
