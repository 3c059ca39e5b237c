//! Spans and their way out.

use std::time::Duration;

use tracing::level_filters::LevelFilter;

use super::limits::SpanLimits;
use super::otlp::{Batch, Exporter, Otlp};

/// Which requests become spans, and where those go.
///
#[doc = include_str!("../../docs/tracing.md")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Traces {
    /// Which traces are kept. Default: the caller's decision, and every trace that begins here.
    pub sampler: Sampler,
    /// The share of the traces that begin here and are kept, for single endpoints by route
    /// template, and for jobs by name, in place of the sampler's: 0 to 1. With 0 they are never
    /// traced, whatever the caller decided. The last rule for a template counts.
    /// Default: none (`OBSKIT_TRACE_ROUTES`).
    pub routes: Vec<(String, f64)>,
    /// Requests whose spans are sent although the sampler said no. Default: none
    /// (`OBSKIT_TRACE_KEEP`).
    pub keep: Option<Keep>,
    /// Which spans of `tracing` are recorded, by level and target, as `RUST_LOG` would say it and
    /// independently of it. Default: `info` (`OBSKIT_TRACE_SPANS`).
    pub directives: String,
    /// Events of `tracing` that are this severe are recorded in their spans.
    /// Default: error (`OBSKIT_TRACE_EVENTS`).
    pub events: LevelFilter,
    /// What spans say of the code they come from. Default: nothing (`OBSKIT_TRACE_DETAILS`).
    pub details: Vec<Detail>,
    /// What spans say of single requests, callers and servers, and may be private or of unbounded
    /// variety. Default: nothing (`OBSKIT_TRACE_CAPTURE`).
    pub capture: Vec<Capture>,
    /// Default: OTLP.
    pub exporter: Exporter,
    /// Where and how spans are pushed.
    pub otlp: Otlp,
    /// How spans wait for their export. Default delay: 5 s.
    pub batch: Batch,
    /// How much one span may hold.
    pub limits: SpanLimits,
}

/// Which traces are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sampler {
    /// Every one.
    AlwaysOn,
    /// None.
    AlwaysOff,
    /// This share of them, 0 to 1, decided by the trace ID.
    Ratio(f64),
    /// As the caller decided; where there is none, as the root sampler says.
    ParentBased(RootSampler),
}

/// Which of the traces that begin here are kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RootSampler {
    /// Every one.
    AlwaysOn,
    /// None.
    AlwaysOff,
    /// This share of them, 0 to 1, decided by the trace ID.
    Ratio(f64),
}

/// Requests that are traced by how they ended, though the sampler said no.
///
/// What they do is held in memory until they end, at most 256 spans and 256 KiB each and 16 MiB
/// together; more is dropped and counted. Other services are told what the sampler said, so only
/// the spans of this one are kept. They have the attribute `obskit.kept`: `failed` or `slow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Keep {
    /// Those with a server error, a panic or a broken body. Default: true.
    pub failed: bool,
    /// Those that take longer; of streams and upgrades the time to the head counts. At most 5
    /// minutes. Default: none.
    pub slow: Option<Duration>,
}

/// What a span can say of the code it comes from, each with the attributes of the semantic
/// conventions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// `code.file.path`, `code.line.number` and the module.
    Location,
    /// `thread.id` and `thread.name` of where it was opened.
    Thread,
    /// How long it was entered, and how long it was not: `busy_ns` and `idle_ns`.
    Timings,
}

/// What a span can say of a single request, its caller or its server; the semantic conventions'
/// names are those that `OBSKIT_TRACE_CAPTURE` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Capture {
    /// `url.path` of a request that came in.
    UrlPath,
    /// `url.full` of a request that goes out, redacted and without credentials.
    UrlFull,
    /// `client.address`: the address of who connected.
    ClientAddress,
    /// `user_agent.original`
    UserAgent,
    /// `server.address` and `server.port` of a request that came in, as its `Host` has them.
    ServerAddress,
}

impl Default for Traces {
    fn default() -> Self {
        Self {
            sampler: Sampler::default(),
            routes: Vec::new(),
            keep: None,
            directives: "info".to_owned(),
            events: LevelFilter::ERROR,
            details: Vec::new(),
            capture: Vec::new(),
            exporter: Exporter::Otlp,
            otlp: Otlp::default(),
            batch: Batch::with_delay(Duration::from_secs(5)),
            limits: SpanLimits::default(),
        }
    }
}

impl Default for Keep {
    fn default() -> Self {
        Self { failed: true, slow: None }
    }
}

/// `parentbased_always_on`, the specification's default.
impl Default for Sampler {
    fn default() -> Self {
        Self::ParentBased(RootSampler::AlwaysOn)
    }
}

impl Keep {
    pub(crate) const SLOWEST: Duration = Duration::from_mins(5);
}

impl Sampler {
    /// The share of traces that begin here and are kept, 0 to 1.
    pub fn root_ratio(self) -> f64 {
        match self {
            Self::AlwaysOn | Self::ParentBased(RootSampler::AlwaysOn) => 1.0,
            Self::AlwaysOff | Self::ParentBased(RootSampler::AlwaysOff) => 0.0,
            Self::Ratio(ratio) | Self::ParentBased(RootSampler::Ratio(ratio)) => ratio,
        }
    }
}
