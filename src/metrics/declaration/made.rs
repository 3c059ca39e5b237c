//! How the attributes write their declarations down.

use std::time::Duration;

use super::{
    Declaration, DeclaredMetric, Domains, Kind, LatencyObjective, Objectives, Role, Source,
};

#[doc(hidden)]
impl Declaration {
    /// What `#[instrument_endpoint]` declares.
    pub const fn endpoint(name: &'static str, source: Source) -> Self {
        Self::new(Role::Endpoint, name, None, source)
    }

    /// What `#[instrument_dependency]` declares.
    pub const fn dependency(name: &'static str, operation: &'static str, source: Source) -> Self {
        Self::new(Role::Dependency, name, Some(operation), source)
    }

    /// What `#[instrument_job]` declares.
    pub const fn job(name: &'static str, source: Source) -> Self {
        Self::new(Role::Job, name, None, source)
    }

    const fn new(
        role: Role,
        name: &'static str,
        operation: Option<&'static str>,
        source: Source,
    ) -> Self {
        Self {
            role,
            name,
            operation,
            source,
            metrics: &[],
            objectives: Objectives { availability: None, latency: None },
            slow: None,
            schedule: None,
            max_runtime: None,
        }
    }

    /// With metrics of its own.
    #[must_use]
    pub const fn metrics(mut self, metrics: &'static [DeclaredMetric]) -> Self {
        self.metrics = metrics;
        self
    }

    /// With a promise of `percent` calls that do not fail.
    #[must_use]
    pub const fn availability(mut self, percent: f64) -> Self {
        self.objectives.availability = Some(percent);
        self
    }

    /// With a promise of `target` percent of calls within a time.
    #[must_use]
    pub const fn latency(mut self, within: Duration, target: f64) -> Self {
        self.objectives.latency = Some(LatencyObjective { within, target });
        self
    }

    /// With a time from which on a call is slow.
    #[must_use]
    pub const fn slow(mut self, from: Duration) -> Self {
        self.slow = Some(from);
        self
    }

    /// With times to run at.
    #[must_use]
    pub const fn schedule(mut self, schedule: &'static str) -> Self {
        self.schedule = Some(schedule);
        self
    }

    /// With a longest time to run.
    #[must_use]
    pub const fn max_runtime(mut self, time: Duration) -> Self {
        self.max_runtime = Some(time);
        self
    }
}

#[doc(hidden)]
impl Source {
    /// Where a function stands.
    pub const fn new(
        function: &'static str,
        (module, file, line): (&'static str, &'static str, u32),
    ) -> Self {
        Self { module, function, file, line }
    }
}

#[doc(hidden)]
impl DeclaredMetric {
    /// A counter without labels.
    pub const fn counter(name: &'static str, help: &'static str) -> Self {
        Self::new(Kind::Counter, name, help)
    }

    /// A histogram without labels.
    pub const fn histogram(name: &'static str, help: &'static str) -> Self {
        Self::new(Kind::Histogram, name, help)
    }

    const fn new(kind: Kind, name: &'static str, help: &'static str) -> Self {
        let domains = || -> Domains { &[] };
        Self { name, help, kind, labels: &[], limit: None, buckets: None, domains }
    }

    /// With labels, and what tells their values.
    #[must_use]
    pub const fn labels(
        mut self,
        names: &'static [&'static str],
        domains: fn() -> Domains,
    ) -> Self {
        (self.labels, self.domains) = (names, domains);
        self
    }

    /// With a most number of series.
    #[must_use]
    pub const fn limit(mut self, series: u32) -> Self {
        self.limit = Some(series);
        self
    }

    /// With upper bounds of its own.
    #[must_use]
    pub const fn buckets(mut self, bounds: &'static [f64]) -> Self {
        self.buckets = Some(bounds);
        self
    }
}
