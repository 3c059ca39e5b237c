//! Error reports to Sentry.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use tracing::level_filters::LevelFilter;

use super::Config;
use super::dsn::Dsn;

/// What is reported, and where.
///
#[doc = include_str!("../../docs/reports.md")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reports {
    /// Where reports go. Default: none, and nothing is reported.
    pub dsn: Option<Dsn>,
    /// What reports are told apart by, as `production`. At most 64 characters, without slashes.
    /// Default: none, which is the service's environment.
    pub environment: Option<String>,
    /// What was deployed. At most 200 characters, without slashes. Default: none, which is
    /// `name@version` of the service, if it has a version.
    pub release: Option<String>,
    /// At most 256 characters, without slashes. Default: none, which is the host's name
    /// (`SENTRY_SERVER_NAME`).
    pub server_name: Option<String>,
    /// The share of requests, and of jobs' runs, that are sent as transactions with the spans
    /// within them, by their trace IDs and whatever the sampling of spans is: 0 to 1. Those that
    /// `traces.routes` gives a share of 0 never are. Default: 0.1 (`SENTRY_TRACES_SAMPLE_RATE`).
    pub traces_sample_rate: f64,
    /// The share of errors that is reported, 0 to 1. Default: 1.
    pub sample_rate: f64,
    /// How many reports alike are sent in a minute; 0 is no limit. The rest is counted, and told
    /// with the next one. Default: 10.
    pub limit: u32,
    /// The level from which on events of a request become breadcrumbs of its report.
    /// Default: info.
    pub breadcrumbs: LevelFilter,
    /// Headers of a request that its report shows, as far as the redaction policy lets it: at most
    /// 32. Default: `accept`, `content-length`, `content-type`, `host`, `user-agent`
    /// (`OBSKIT_REPORT_HEADERS`).
    pub headers: Vec<String>,
    /// Which code is the application's own, by the beginnings of functions' paths, as `workouts` or
    /// `workouts::db`: at most 64. It is so beside what is neither of a registry nor of the
    /// standard library nor of a framework. Default: none (`OBSKIT_REPORT_IN_APP`).
    pub in_app: Vec<String>,
    /// Requests are counted for the health of their release, where that is known: without a
    /// `release` and a version of the service nothing is. Default: true (`OBSKIT_REPORT_SESSIONS`).
    pub sessions: bool,
    /// How much waits for its way out: reports and the like. Transactions and sessions take no more
    /// than half of it. Default: 100.
    pub queue_size: usize,
    /// And their bytes, shared in the same way. Default: 8 MiB.
    pub queue_bytes: usize,
    /// A PEM file with the certificates that may have signed the server's. Default: the system's.
    pub certificate: Option<PathBuf>,
    /// Which failures are reported. Default: [`ReportWhen::default`].
    pub when: ReportWhen,
}

/// Says what is reported, where that is not what obskit would report by itself.
///
/// It is asked of every request and job that failed, that the client is to blame for, or within
/// which an error was logged, when it has ended; and of every other error that is logged, at once.
/// It is asked where that happens, so let it be quick. Where it panics, obskit's own rule holds.
///
/// ```
/// use obskit::config::{Config, ReportWhen};
///
/// let mut config = Config::default();
/// // Refused log-ins too, and no timeouts of one route.
/// config.reports.when = ReportWhen::new(|candidate| match candidate.status {
///     Some(401) => true,
///     Some(504) if candidate.endpoint == Some("/export") => false,
///     _ => candidate.is_reported,
/// });
/// ```
#[derive(Clone, Default)]
pub struct ReportWhen(Option<Arc<Rule>>);

/// What may be reported, as [`ReportWhen`] sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ReportCandidate<'a> {
    /// Whether it is reported unless the predicate says otherwise: a panic always; a failure of the
    /// service; where it did not fail, an error that was logged, unless the client is to blame.
    pub is_reported: bool,
    /// Somebody panicked.
    pub is_panic: bool,
    /// The type of the error, as far as it is known; of a bare status it is `HTTP 503` or the like.
    pub error_type: Option<&'a str>,
    /// What the error says of itself, or the event, if there is no error. Secrets are hidden.
    pub message: &'a str,
    /// The target of the event that told of it; `panic` of a panic. Empty for a bare status.
    pub target: &'a str,
    /// How the request or the job ended, in one word of
    /// [`Outcome::NAMES`](crate::context::Outcome::NAMES), if it has ended.
    pub outcome: Option<&'static str>,
    /// The HTTP status of a request that has ended.
    pub status: Option<u16>,
    /// Its gRPC status, if it was a gRPC call.
    pub grpc_status: Option<u8>,
    /// The method of the request that it is of, if there is one.
    pub method: Option<&'static str>,
    /// The template of its route.
    pub endpoint: Option<&'a str>,
    /// The job that it happened in.
    pub job: Option<&'static str>,
}

type Rule = dyn Fn(&ReportCandidate<'_>) -> bool + Send + Sync;

impl ReportWhen {
    /// What `rule` says is reported.
    pub fn new(rule: impl Fn(&ReportCandidate<'_>) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(rule)))
    }
}

#[cfg(feature = "sentry")]
impl ReportWhen {
    /// The user's rule, if there is one.
    pub(crate) fn rule(&self) -> Option<&Rule> {
        self.0.as_deref()
    }
}

#[cfg(feature = "sentry")]
const ARE_BUILT: bool = true;
#[cfg(not(feature = "sentry"))]
const ARE_BUILT: bool = false;

impl Config {
    /// Whether a share of the requests is sent as transactions.
    pub(crate) fn has_transactions(&self) -> bool {
        let Reports { dsn, traces_sample_rate, .. } = &self.reports;
        ARE_BUILT && !self.disabled && dsn.is_some() && *traces_sample_rate > 0.0
    }
}

impl Default for Reports {
    fn default() -> Self {
        let headers = ["accept", "content-length", "content-type", "host", "user-agent"];
        Self {
            dsn: None,
            environment: None,
            release: None,
            server_name: None,
            traces_sample_rate: 0.1,
            sample_rate: 1.0,
            limit: 10,
            breadcrumbs: LevelFilter::INFO,
            headers: headers.map(str::to_owned).into(),
            in_app: Vec::new(),
            sessions: true,
            queue_size: 100,
            queue_bytes: 8 << 20,
            certificate: None,
            when: ReportWhen::default(),
        }
    }
}

impl fmt::Debug for ReportWhen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReportWhen").field(&self.0.is_some()).finish()
    }
}

/// The same if they are the same function.
impl PartialEq for ReportWhen {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(this), Some(other)) => Arc::ptr_eq(this, other),
            (this, other) => this.is_none() && other.is_none(),
        }
    }
}
