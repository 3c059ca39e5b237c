//! Whether settings made in code hold together.

mod logs;
mod reports;
mod traces;

use std::fmt::Display;
use std::ops::RangeInclusive;

use http::Uri;

use super::{Admin, Batch, Config, Health, Metrics, Otlp, Service, Shutdown};
use crate::error::Error;

impl Config {
    /// Checks every bound that the types do not hold by themselves.
    ///
    /// # Errors
    ///
    /// One error that names every field out of its bounds, what was found and what is accepted.
    pub fn validate(&self) -> Result<(), Error> {
        let mut problems = Problems::default();
        self.service.check(&mut problems);
        self.metrics.check(&mut problems);
        self.traces.check(&mut problems);
        for (signal, otlp) in [
            ("traces", &self.traces.otlp),
            ("logs", &self.logs.otlp),
            ("metrics", &self.metrics.otlp),
        ] {
            otlp.check(signal, &mut problems);
        }
        self.traces.batch.check("traces", &mut problems);
        self.logs.batch.check("logs", &mut problems);
        self.logs.check(&mut problems);
        self.reports.check(&mut problems);
        let token = self.admin.token.as_ref();
        let fits = token.is_none_or(|token| Admin::is_token(token.expose()));
        problems.unless(fits, "admin.token", "[hidden]", "16 to 1024 visible ASCII characters");
        self.redaction.check(&mut problems);
        self.health.check(&mut problems);
        self.shutdown.check(&mut problems);
        problems.into_result()
    }
}

/// Everything found wrong, reported together.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<String>);

impl Problems {
    /// Adds one, if it is not there yet: a general variable may be wrong for several signals.
    pub(super) fn push(&mut self, problem: String) {
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    pub(super) fn unless(
        &mut self,
        holds: bool,
        field: &str,
        found: impl Display,
        accepted: impl Display,
    ) {
        if !holds {
            self.push(format!("{field} is {found}; accepted: {accepted}"));
        }
    }

    pub(super) fn within<T: PartialOrd + Display>(
        &mut self,
        field: &str,
        found: &T,
        of: &RangeInclusive<T>,
    ) {
        let accepted = format!("{} to {}", of.start(), of.end());
        self.unless(of.contains(found), field, found, accepted);
    }

    pub(super) fn into_list(self) -> Vec<String> {
        self.0
    }

    pub(super) fn into_result(self) -> Result<(), Error> {
        match self.0.as_slice() {
            [] => Ok(()),
            [one] => Err(Error::config(one.as_str())),
            many => {
                let list = many.join("\n  ");
                Err(Error::config(format!("{} settings are wrong:\n  {list}", many.len())))
            }
        }
    }
}

/// Whether histogram bounds are such: 1 to 64 positive, finite, ascending numbers.
pub(super) fn are_buckets(bounds: &[f64]) -> bool {
    (1..=Metrics::BUCKETS).contains(&bounds.len())
        && bounds.iter().all(|bound| bound.is_finite() && *bound > 0.0)
        && bounds.is_sorted_by(|low, high| low < high)
}

/// Whether a number is a share of a whole.
pub(super) fn is_share(share: f64) -> bool {
    (0.0..=1.0).contains(&share)
}

/// Why a URL cannot be an OTLP endpoint, if so.
pub(super) fn endpoint_flaw(url: &Uri) -> Option<&'static str> {
    let authority = url.authority().map_or("", |authority| authority.as_str());
    if !matches!(url.scheme_str(), Some("http" | "https")) {
        Some("its scheme is not http or https")
    } else if authority.contains('@') {
        Some("it holds credentials, which belong into the headers")
    } else if authority.is_empty() || authority.starts_with(':') {
        Some("it has no host")
    } else {
        None
    }
}

impl Service {
    fn check(&self, problems: &mut Problems) {
        problems.unless(!self.name.trim().is_empty(), "service.name", "empty", "a name");
        let count = self.attributes.len();
        problems.within("service.attributes", &count, &(0..=Self::ATTRIBUTES));
        let named = self.attributes.iter().all(|(key, _)| !key.is_empty());
        problems.unless(named, "service.attributes", "with an empty key", "keys that name it");
    }
}

impl Metrics {
    fn check(&self, problems: &mut Problems) {
        problems.within("metrics.series_limit", &self.series_limit, &Self::SERIES);
        problems.within("metrics.endpoint_limit", &self.endpoint_limit, &Self::ENDPOINTS);
        let found = format!("{:?}", self.latency_buckets);
        let accepted = "1 to 64 positive, finite, ascending numbers";
        let hold = are_buckets(&self.latency_buckets);
        problems.unless(hold, "metrics.latency_buckets", found, accepted);
        let interval = self.export_interval;
        let holds = interval >= Self::SHORTEST_INTERVAL;
        problems.unless(holds, "metrics.export_interval", format!("{interval:?}"), "100ms or more");
    }
}

impl Otlp {
    fn check(&self, signal: &str, problems: &mut Problems) {
        if let Some(flaw) = self.endpoint.as_ref().and_then(endpoint_flaw) {
            let accepted = "a URL as http://collector:4318/v1/traces";
            problems.push(format!("{signal}.otlp.endpoint: {flaw}; accepted: {accepted}"));
        }
        let pair = self.client_key.is_some() == self.client_certificate.is_some();
        let field = format!("{signal}.otlp");
        problems.unless(pair, &field, "half a client certificate", "both key and certificate");
    }
}

impl Batch {
    fn check(&self, signal: &str, problems: &mut Problems) {
        let field = format!("{signal}.batch.queue_size");
        problems.within(&field, &self.queue_size, &(1..=Self::LARGEST_QUEUE));
        let field = format!("{signal}.batch.queue_bytes");
        problems.within(&field, &self.queue_bytes, &Self::QUEUE_BYTES);
        let field = format!("{signal}.batch.batch_size");
        problems.within(&field, &self.batch_size, &(1..=self.queue_size.max(1)));
    }
}

impl Health {
    fn check(&self, problems: &mut Problems) {
        let found = format!("{:?}", self.stall_after);
        let holds = self.stall_after.is_none_or(|after| Self::STALL.contains(&after));
        problems.unless(holds, "health.stall_after", found, "1s to 1h, or none");
    }
}

impl Shutdown {
    fn check(&self, problems: &mut Problems) {
        for (field, time) in
            [("shutdown.drain_delay", self.drain_delay), ("shutdown.deadline", self.deadline)]
        {
            let longest = format!("at most {:?}", Self::LONGEST);
            problems.unless(time <= Self::LONGEST, field, format!("{time:?}"), longest);
        }
    }
}
