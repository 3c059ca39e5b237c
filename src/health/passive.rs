//! Checks that are told how it goes, and ask nothing themselves.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;

use super::bounds;
use super::entry::Entry;
use super::failure;
use super::progress::{Progress, Rule};
use super::state::{Health, State};
use super::status::{Importance, Status};

/// Tells a check how it goes. Clones tell the same check, which stays as it was told last when they
/// are dropped.
#[derive(Clone, Debug)]
pub struct Passive {
    state: Arc<State>,
    entry: Arc<Entry>,
}

/// A passive check on its way in; [`register`](Self::register) adds it. Critical unless told
/// otherwise.
#[derive(Debug)]
#[must_use = "a check is added by `register`"]
pub struct PassiveBuilder {
    health: Health,
    name: Cow<'static, str>,
    importance: Importance,
    rule: Rule,
    is_passing: bool,
}

const AGE: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_hours(24 * 31);

impl Health {
    /// A check that the service itself tells how it goes: a consumer that knows of its queue, a job
    /// that says that it is alive.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use obskit::Telemetry;
    /// use obskit::config::Config;
    ///
    /// let telemetry = Telemetry::build(Config::default())?;
    /// let queue = telemetry.health().passive("queue");
    /// let queue = queue.max_age(Duration::from_secs(60)).register()?;
    /// assert!(!telemetry.is_ready(), "nothing is known yet");
    /// queue.pass();
    /// assert!(telemetry.is_ready());
    /// queue.fail("the broker closed the connection");
    /// assert!(!telemetry.is_ready());
    /// # Ok::<(), obskit::Error>(())
    /// ```
    pub fn passive(&self, name: impl Into<Cow<'static, str>>) -> PassiveBuilder {
        PassiveBuilder {
            health: self.clone(),
            name: name.into(),
            importance: Importance::Critical,
            rule: Rule::DEFAULT,
            is_passing: false,
        }
    }
}

impl PassiveBuilder {
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

    /// It passes from the beginning, until it is told that it fails. Else it does not pass before
    /// it is told so.
    pub fn initially_passing(mut self) -> Self {
        self.is_passing = true;
        self
    }

    /// Failures in a row after which the check fails: 1 to 100, 1 unless set.
    pub fn fail_after(mut self, times: u32) -> Self {
        self.rule.fail_after = times;
        self
    }

    /// Passes in a row after which a failing check passes again: 1 to 100, 1 unless set.
    pub fn recover_after(mut self, times: u32) -> Self {
        self.rule.recover_after = times;
        self
    }

    /// A dead man's switch: the check fails when it was told nothing for so long, 100 ms to 31
    /// days. Unless set, what it was told last stands.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.rule.max_age = Some(age);
        self
    }

    /// Adds the check.
    ///
    /// # Errors
    ///
    /// When the name, a time or a number is not acceptable, the name is taken, or there are too
    /// many checks.
    pub fn register(self) -> Result<Passive, Error> {
        bounds::check_name(&self.name)?;
        bounds::check_rule(&self.name, self.rule)?;
        if let Some(age) = self.rule.max_age {
            bounds::check_time(&self.name, "max_age", age, &AGE)?;
        }
        let Self { health: Health { state }, name, importance, rule, is_passing } = self;
        let progress = Progress::new(state.clock.now(), is_passing.then_some(Status::Pass));
        let entry = Arc::new(Entry::new(name, importance, rule, progress));
        state.add(Arc::clone(&entry))?;
        Ok(Passive { state, entry })
    }
}

impl Passive {
    /// It works.
    pub fn pass(&self) {
        self.state.record(&self.entry, None, None);
    }

    /// It does not, for this reason, which is shown to trusted callers and logged: without secrets,
    /// and cut to 1 KiB.
    pub fn fail(&self, reason: impl Display) {
        let reason = failure::describe(&reason, &self.state.redactor);
        self.state.record(&self.entry, Some(reason), None);
    }
}
