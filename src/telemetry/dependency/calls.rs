//! A health check of a dependency that goes by the service's own calls, and makes none.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::config::Clock;
use crate::error::Error;
use crate::health::{BoxError, Check, CheckBuilder, Health};
use crate::metrics::{Dependencies, Tally};

use super::Dependency;

/// A check of a dependency's calls on its way in; [`register`](Self::register) adds it. Optional
/// unless told otherwise.
#[derive(Debug)]
#[must_use = "a check is added by `register`"]
pub struct CallsCheckBuilder {
    health: Health,
    dependencies: Arc<Dependencies>,
    clock: Clock,
    dependency: &'static str,
    name: Cow<'static, str>,
    is_critical: bool,
    bounds: Bounds,
}

/// What counts as failing.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    share: f64,
    window: Duration,
    least: u64,
}

/// Asks the metrics of the calls.
struct Calls {
    dependencies: Arc<Dependencies>,
    clock: Clock,
    dependency: &'static str,
    bounds: Bounds,
    /// What had been counted, since the window's beginning.
    counted: Mutex<VecDeque<(Instant, Tally)>>,
}

const WINDOW: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(1);
/// Looks within a window.
const LOOKS: u32 = 10;

impl Dependency {
    /// A health check that goes by the calls the service makes of this dependency, as
    /// `dependency_requests_total` counts them: it fails while too many of them do. It makes no
    /// call of its own, so it costs the dependency nothing, and while there are few calls it
    /// passes.
    ///
    /// Let it be optional, as it is by default, unless other instances may fare better: a critical
    /// one takes the traffic away, then has too few calls to go by, and lets it come again.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use obskit::Telemetry;
    /// use obskit::config::Config;
    ///
    /// let telemetry = Telemetry::build(Config::default())?;
    /// telemetry
    ///     .dependency("postgres")
    ///     .passive_check("postgres-calls")
    ///     .failing_share(0.25)
    ///     .within(Duration::from_secs(30))
    ///     .at_least(20)
    ///     .register()?;
    /// # Ok::<(), obskit::Error>(())
    /// ```
    pub fn passive_check(&self, name: impl Into<Cow<'static, str>>) -> CallsCheckBuilder {
        let parts = &self.telemetry.parts;
        CallsCheckBuilder {
            health: Health::clone(&parts.health),
            dependencies: Arc::clone(&parts.dependencies),
            clock: parts.config.clock.clone(),
            dependency: self.name,
            name: name.into(),
            is_critical: false,
            bounds: Bounds { share: 0.5, window: Duration::from_mins(1), least: 10 },
        }
    }
}

impl CallsCheckBuilder {
    /// While it fails, the service is not ready.
    pub fn critical(mut self) -> Self {
        self.is_critical = true;
        self
    }

    /// While it fails, the service is ready, with a warning. The default.
    pub fn optional(mut self) -> Self {
        self.is_critical = false;
        self
    }

    /// The share of calls that fail from which on the check does: above 0, at most 1; 0.5 unless
    /// set. A call fails by the dependency's fault: one that was cancelled does not count at all,
    /// and a client error counts as a call that went well.
    pub fn failing_share(mut self, share: f64) -> Self {
        self.bounds.share = share;
        self
    }

    /// The time over which calls are counted: 1 s to 1 h, 1 min unless set. It is looked at ten
    /// times within.
    pub fn within(mut self, window: Duration) -> Self {
        self.bounds.window = window;
        self
    }

    /// Calls below which nothing is said of them, and the check passes: 1 or more, 10 unless set.
    pub fn at_least(mut self, calls: u64) -> Self {
        self.bounds.least = calls;
        self
    }

    /// Adds the check.
    ///
    /// # Errors
    ///
    /// When the name, a time or a number is not acceptable, the name is taken, there are too many
    /// checks, or the telemetry was shut down.
    pub fn register(self) -> Result<(), Error> {
        let Bounds { share, window, least } = self.bounds;
        let refuse = |setting: &str, found: String, accepted: &str| {
            let name = &self.name;
            let message = format!("check {name:?}: {setting} is {found}; accepted: {accepted}");
            Err(Error::health(message))
        };
        if !(share > 0.0 && share <= 1.0) {
            return refuse("failing_share", share.to_string(), "above 0, at most 1");
        }
        if !WINDOW.contains(&window) {
            return refuse("within", format!("{window:?}"), "1s to 1h");
        }
        if least == 0 {
            return refuse("at_least", least.to_string(), "1 or more");
        }
        self.described().register()
    }

    fn described(self) -> CheckBuilder {
        let Self { health, dependencies, clock, dependency, name, is_critical, bounds } = self;
        let counted = Mutex::default();
        let calls = Calls { dependencies, clock, dependency, bounds, counted };
        let check = health.check(name, calls).interval(bounds.window / LOOKS);
        if is_critical { check.critical() } else { check.optional() }
    }
}

impl Check for Calls {
    async fn check(&self) -> Result<(), BoxError> {
        let Bounds { share, window, least } = self.bounds;
        let Tally { calls, failures } = self.within_window();
        if calls < least || as_float(failures) < share * as_float(calls) {
            return Ok(());
        }
        Err(format!("{failures} of {calls} calls failed within {window:?}").into())
    }
}

impl Calls {
    fn within_window(&self) -> Tally {
        let (now, tally) = (self.clock.now(), self.dependencies.tally(self.dependency));
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        // The last that is old enough stays: it is where the window begins.
        let is_old =
            |(at, _): &(Instant, Tally)| now.saturating_duration_since(*at) >= self.bounds.window;
        while counted.get(1).is_some_and(is_old) {
            counted.pop_front();
        }
        counted.push_back((now, tally));
        counted.front().map_or(tally, |(_, first)| tally.since(*first))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of calls needs no more than 53 bits")]
fn as_float(calls: u64) -> f64 {
    calls as f64
}
