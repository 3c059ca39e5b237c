//! Checks that run by themselves.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::error::Error;

use super::bounds;
use super::check::{Check, Run};
use super::entry::Entry;
use super::progress::{Progress, Rule};
use super::run::Schedule;
use super::runner::Active;
use super::state::Health;
use super::status::Importance;

/// A check on its way in; [`register`](Self::register) has it run.
///
/// Defaults: critical, every 10 s for at most 1 s, failing with the first failure and well with the
/// first pass.
#[must_use = "a check is added by `register`"]
pub struct CheckBuilder {
    health: Health,
    name: Cow<'static, str>,
    check: Arc<dyn Run>,
    importance: Importance,
    schedule: Schedule,
    rule: Rule,
}

const INTERVAL: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_hours(24);
const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_mins(5);
const LONGEST_AGE: Duration = Duration::from_hours(24 * 7);
/// Intervals after which a result is too old, unless set.
const MISSED: u32 = 3;

/// The name of a check is 1 to 64 of `A-Z`, `a-z`, `0-9` and `. _ - : /`, and each stands once.
/// There are at most 128.
///
/// Checks run on the tokio runtime they are registered in; those registered in none, on that of
/// [`serve_admin`](crate::Telemetry::serve_admin) or
/// [`shutdown_signal`](crate::Telemetry::shutdown_signal). It needs timers (`enable_time`, which
/// `#[tokio::main]` has).
impl Health {
    /// A check of something that the service cannot work without: it is not ready before this has
    /// passed, nor while this fails.
    ///
    /// # Errors
    ///
    /// When the name is not acceptable or is taken, there are too many checks, or the telemetry was
    /// shut down.
    pub fn critical(
        &self,
        name: impl Into<Cow<'static, str>>,
        check: impl Check,
    ) -> Result<(), Error> {
        self.check(name, check).register()
    }

    /// A check of something that the service can do without: while it fails, `/readyz` says `warn`
    /// and 200.
    ///
    /// # Errors
    ///
    /// As [`critical`](Self::critical).
    pub fn optional(
        &self,
        name: impl Into<Cow<'static, str>>,
        check: impl Check,
    ) -> Result<(), Error> {
        self.check(name, check).optional().register()
    }

    /// A check of something that is needed once, such as a migration or a warm cache: until it has
    /// passed, the service has neither started nor is it ready. Then it runs no more.
    ///
    /// # Errors
    ///
    /// As [`critical`](Self::critical).
    pub fn gate(&self, name: impl Into<Cow<'static, str>>, check: impl Check) -> Result<(), Error> {
        self.check(name, check).gate().register()
    }

    /// A check with times and bounds of its own; critical unless told otherwise.
    pub fn check(&self, name: impl Into<Cow<'static, str>>, check: impl Check) -> CheckBuilder {
        CheckBuilder {
            health: self.clone(),
            name: name.into(),
            check: Arc::new(check),
            importance: Importance::Critical,
            schedule: Schedule {
                interval: Duration::from_secs(10),
                timeout: Duration::from_secs(1),
            },
            rule: Rule::DEFAULT,
        }
    }

    /// Runs on this runtime what was registered in none, or in one that has ended.
    pub(crate) fn adopt(&self, handle: &Handle) {
        self.state.runner.adopt(&self.state, handle);
    }
}

impl CheckBuilder {
    /// While it fails, the service is not ready. The default.
    pub fn critical(mut self) -> Self {
        self.importance = Importance::Critical;
        self
    }

    /// While it fails, the service is ready, with a warning.
    pub fn optional(mut self) -> Self {
        self.importance = Importance::Optional;
        self
    }

    /// Until it has passed once, the service has not started.
    pub fn gate(mut self) -> Self {
        self.importance = Importance::Gate;
        self
    }

    /// From the start of one run to that of the next, give or take 10 %: 100 ms to 24 h, 10 s
    /// unless set. After a failure the check is tried sooner: after 1 s, then 2 s, and so on
    /// up to this.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.schedule.interval = interval;
        self
    }

    /// After which a run is aborted and has failed: 1 ms to 5 min, 1 s unless set. The next begins
    /// when it is really gone.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.schedule.timeout = timeout;
        self
    }

    /// Failed runs in a row after which the check fails: 1 to 100, 1 unless set.
    pub fn fail_after(mut self, runs: u32) -> Self {
        self.rule.fail_after = runs;
        self
    }

    /// Passed runs in a row after which a failing check passes again: 1 to 100, 1 unless set.
    pub fn recover_after(mut self, runs: u32) -> Self {
        self.rule.recover_after = runs;
        self
    }

    /// The age past which a result says nothing any more, and the check fails: as when the runtime
    /// stands still. At least the timeout and an interval that a tenth is added to, at most 7
    /// days; three intervals and the timeout unless set.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.rule.max_age = Some(age);
        self
    }

    /// Adds the check, whose first run begins at once.
    ///
    /// # Errors
    ///
    /// When the name, a time or a number is not acceptable, the name is taken, there are too many
    /// checks, or the telemetry was shut down.
    pub fn register(mut self) -> Result<(), Error> {
        let Schedule { interval, timeout } = self.schedule;
        bounds::check_name(&self.name)?;
        bounds::check_time(&self.name, "interval", interval, &INTERVAL)?;
        bounds::check_time(&self.name, "timeout", timeout, &TIMEOUT)?;
        let age = self.rule.max_age.unwrap_or(interval * MISSED + timeout);
        bounds::check_time(&self.name, "max_age", age, &(self.schedule.apart()..=LONGEST_AGE))?;
        bounds::check_rule(&self.name, self.rule)?;
        self.rule.max_age = Some(age);
        let Self { health: Health { state }, name, check, importance, schedule, rule } = self;
        let progress = Progress::new(state.clock.now(), None);
        let entry = Arc::new(Entry::new(name, importance, rule, progress));
        state.add(Arc::clone(&entry))?;
        state.runner.add(&state, Active { entry, check, schedule, task: None })
    }
}

impl fmt::Debug for CheckBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut builder = f.debug_struct("CheckBuilder");
        builder.field("name", &self.name).field("importance", &self.importance);
        builder.field("schedule", &self.schedule).field("rule", &self.rule);
        builder.finish_non_exhaustive()
    }
}
