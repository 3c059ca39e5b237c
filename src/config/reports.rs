//! Error reports to Sentry.

use super::dsn::Dsn;

/// What is reported, and where.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reports {
    /// Where reports go. Default: none, and nothing is reported.
    pub dsn: Option<Dsn>,
    /// Default: none, which is the service's environment.
    pub environment: Option<String>,
    /// Default: none, which is `name@version` of the service, if it has a version.
    pub release: Option<String>,
    /// The share of requests sent as transactions, 0 to 1. Default: 0.1.
    pub traces_sample_rate: f64,
    /// The share of errors that is reported, 0 to 1. Default: 1.
    pub sample_rate: f64,
}

impl Default for Reports {
    fn default() -> Self {
        Self {
            dsn: None,
            environment: None,
            release: None,
            traces_sample_rate: 0.1,
            sample_rate: 1.0,
        }
    }
}
