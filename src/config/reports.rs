//! Error reports to Sentry.

use std::fmt;
use std::sync::Arc;

use tracing::level_filters::LevelFilter;

use super::Config;
use super::dsn::Dsn;

/// What is reported, and where.
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
    /// The share of requests, and of jobs' runs, that are sent as transactions with the spans within
    /// them, by their trace IDs and whatever the sampling of spans is: 0 to 1. Those that
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
    /// How much waits for its way out: reports and the like.
    /// Default: 100.
    pub queue_size: usize,
    /// And their bytes. Default: 8 MiB.
    pub queue_bytes: usize,
    /// Which failures are reported. Default: [`ReportWhen::default`].
    pub when: ReportWhen,
}

/// Says of each request that failed, or within which an error was logged, whether it is reported.
#[derive(Clone, Default)]
pub struct ReportWhen(Option<Arc<dyn Fn(&()) -> bool + Send + Sync>>);

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
