//! What a probe is told, from memory.

use std::sync::atomic::Ordering;

use super::state::{Health, State};
use super::status::{CheckReport, Probe, Report, Status};

impl Health {
    /// The answer to a probe, read from memory: it waits for nothing and does no I/O.
    pub fn status(&self, probe: Probe) -> Status {
        self.status_without(probe, &|_| false)
    }

    /// The same with its reasons, for probes of one's own. It tells strangers more than they
    /// should know.
    ///
    /// ```
    /// use obskit::Telemetry;
    /// use obskit::config::Config;
    /// use obskit::health::{Probe, Status};
    ///
    /// let telemetry = Telemetry::build(Config::default())?;
    /// let queue = telemetry.health().passive("queue").optional().register()?;
    /// queue.fail("the broker closed the connection");
    /// let report = telemetry.health().report(Probe::Ready);
    /// assert_eq!(report.status, Status::Warn);
    /// assert_eq!(report.checks[0].output.as_deref(), Some("the broker closed the connection"));
    /// # Ok::<(), obskit::Error>(())
    /// ```
    pub fn report(&self, probe: Probe) -> Report {
        self.report_without(probe, &|_| false)
    }

    /// The answer without regard to some checks. It allocates nothing.
    pub(crate) fn status_without(
        &self,
        probe: Probe,
        is_excluded: &dyn Fn(&str) -> bool,
    ) -> Status {
        match self.state.obstacle(probe) {
            Some(_) => Status::Fail,
            None => self.state.worst(probe, is_excluded),
        }
    }

    pub(crate) fn report_without(
        &self,
        probe: Probe,
        is_excluded: &dyn Fn(&str) -> bool,
    ) -> Report {
        let state = &*self.state;
        let (output, now) = (state.obstacle(probe), state.clock.now());
        let entries = state.entries();
        let asked = entries.iter().filter(|entry| probe.asks(entry.importance));
        let asked = asked.filter(|entry| !is_excluded(&entry.name));
        let checks: Vec<_> = asked.map(|entry| entry.report(now)).collect();
        let worst = checks.iter().map(|check| check.importance.weigh(check.status)).max();
        let status = if output.is_some() { Status::Fail } else { worst.unwrap_or(Status::Pass) };
        Report { status, output, checks }
    }

    /// Every check, whatever it means to which probe.
    pub(crate) fn checks(&self) -> Vec<CheckReport> {
        let now = self.state.clock.now();
        self.state.entries().iter().map(|entry| entry.report(now)).collect()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.status(Probe::Ready) != Status::Fail
    }

    pub(crate) fn has_started(&self) -> bool {
        self.status(Probe::Startup) != Status::Fail
    }
}

impl State {
    /// Why a probe fails whatever the checks say.
    fn obstacle(&self, probe: Probe) -> Option<&'static str> {
        let is_draining = self.is_draining.load(Ordering::Acquire);
        let is_held = self.latches.load(Ordering::Acquire) > 0;
        let was_released = self.was_released.load(Ordering::Acquire);
        let is_stalled = self.is_stalled.load(Ordering::Acquire) && !is_draining;
        match probe {
            Probe::Ready if is_draining => Some("the service is shutting down"),
            Probe::Ready if is_held => Some("the service is not ready yet"),
            Probe::Live | Probe::Ready if is_stalled => Some("the service's runtime has stalled"),
            // A start is not undone by a later latch.
            Probe::Startup if is_held && !was_released => Some("the service is starting"),
            Probe::Live | Probe::Ready | Probe::Startup => None,
        }
    }

    fn worst(&self, probe: Probe, is_excluded: &dyn Fn(&str) -> bool) -> Status {
        let now = self.clock.now();
        let entries = self.entries();
        let asked = entries.iter().filter(|entry| probe.asks(entry.importance));
        let asked = asked.filter(|entry| !is_excluded(&entry.name));
        let weighed = asked.map(|entry| entry.importance.weigh(entry.status(now)));
        weighed.max().unwrap_or(Status::Pass)
    }
}
