//! Which events are wanted, and by whom; changed while the service runs.

mod change;
mod lines;
mod reports;
mod spans;

use std::cell::Cell;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tracing::dispatcher::WeakDispatch;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Dispatch, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Context;

use crate::concurrent::is_own_noise;
use crate::config::{Clock, Config, directives};
use crate::context::RequestContext;
use crate::error::Error;

use super::recorder::Recorder;
use change::State;
use reports::Reports;
use spans::Spans;

pub(super) use lines::ChangeLines;

/// Which log events are wanted, by level and target. A clone shows and changes the same levels.
///
/// It is a layer, too: outside of a [`TracingLayer`](crate::telemetry::TracingLayer) it keeps what
/// nobody wants from being made at all, for every layer of the subscriber.
#[derive(Clone)]
pub struct Levels(Arc<Shared>);

struct Shared {
    /// The level of targets that directives leave out.
    rest: Level,
    /// Those of the settings.
    configured: Arc<str>,
    clock: Clock,
    state: Mutex<State>,
    recorder: Option<Arc<Recorder>>,
    spans: Option<Spans>,
    reports: Option<Reports>,
    /// Which levels of which telemetry hold, so that whoever decided by others decides again.
    generation: AtomicU64,
    changed: OnceLock<Changed>,
    /// The subscriber that call sites ask.
    subscriber: Mutex<Option<WeakDispatch>>,
}

#[derive(Clone)]
struct Current {
    generation: u64,
    text: Arc<str>,
    targets: Arc<Targets>,
}

type Changed = Box<dyn Fn(LevelFilter) + Send + Sync>;

/// Who wants an event: each consumer decides for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted(u8);

/// Who wants the events of one call site, as of one generation of levels.
#[derive(Debug, Default)]
pub(super) struct Decision(AtomicU64);

thread_local! {
    /// What this thread decided by last, so that it takes no lock.
    static LAST: Cell<Option<Current>> = const { Cell::new(None) };
}

impl Levels {
    /// Changes them, at once and for every call site, until the next change. The text is that of
    /// `RUST_LOG`, as `info,workouts=debug`; what it leaves out has the level of the settings. A
    /// line says that they were changed.
    ///
    /// # Errors
    ///
    /// When the text is no list of directives; nothing is changed then.
    pub fn set(&self, directives: &str) -> Result<(), Error> {
        self.change(self.parse(directives)?, None);
        Ok(())
    }

    /// The same for a time of 1 s to 24 h, after which they are again what [`set`](Self::set) or
    /// the settings made them last. The `obskit-log` thread sees to that, within a second.
    ///
    /// # Errors
    ///
    /// As `set`, and when the time is out of bounds.
    pub fn set_for(&self, directives: &str, time: Duration) -> Result<(), Error> {
        if !Self::TIMES.contains(&time) {
            return Err(Error::config(format!("the time is {time:?}; accepted: 1s to 24h")));
        }
        self.change(self.parse(directives)?, Some(time));
        Ok(())
    }

    /// What they are, in the words of [`set`](Self::set).
    pub fn get(&self) -> String {
        self.look_at_the_clock();
        self.state().current.text.to_string()
    }

    /// What the settings make them.
    pub fn configured(&self) -> &str {
        &self.0.configured
    }

    /// How long they stay, where [`set_for`](Self::set_for) made them what they are.
    pub fn reverts_in(&self) -> Option<Duration> {
        self.look_at_the_clock();
        let now = self.0.clock.now();
        self.state().until().map(|until| until.saturating_duration_since(now))
    }

    /// For how long `set_for` may change them.
    pub(crate) const TIMES: RangeInclusive<Duration> =
        Duration::from_secs(1)..=Duration::from_hours(24);

    pub(super) fn new(config: &Config, recorder: Option<Arc<Recorder>>) -> Result<Self, Error> {
        let Config { logs: settings, clock, .. } = config;
        let level = settings.level.as_str().to_ascii_lowercase();
        let text = settings.directives.as_deref().unwrap_or(&level);
        let wrong = |error| Error::config(format!("logs.directives: {error}"));
        let current = Current::parse(text, settings.level).map_err(wrong)?;
        Ok(Self(Arc::new(Shared {
            rest: settings.level,
            generation: AtomicU64::new(current.generation),
            configured: Arc::clone(&current.text),
            clock: clock.clone(),
            state: Mutex::new(State::new(current)),
            recorder,
            spans: Spans::new(config),
            reports: Reports::new(config),
            changed: OnceLock::new(),
            subscriber: Mutex::default(),
        })))
    }

    /// The most verbose level that anybody wants of any call site.
    pub(crate) fn max(&self) -> LevelFilter {
        let current = &self.state().current;
        let levels = current.targets.iter().map(|(_, level)| level);
        let rest = current.targets.default_level();
        let recorder = self.0.recorder.as_ref().map(|recorder| recorder.max_level());
        let spans = self.0.spans.as_ref().map(Spans::max_level);
        let reports = self.0.reports.as_ref().map(Reports::max_level);
        let others = recorder.into_iter().chain(spans).chain(reports);
        levels.chain(rest).chain(others).max().unwrap_or(LevelFilter::OFF)
    }

    /// Has somebody told of the most verbose level, now and after every change. Once.
    pub(crate) fn on_change(&self, changed: impl Fn(LevelFilter) + Send + Sync + 'static) {
        let changed = self.0.changed.get_or_init(|| Box::new(changed));
        changed(self.max());
    }

    /// Who wants the events, or the spans, of such a call site. It takes no lock.
    pub(super) fn wanted(&self, target: &str, level: Level, is_event: bool) -> Wanted {
        let lines = self.with_targets(|targets| targets.would_enable(target, &level));
        let recorder = self.0.recorder.as_ref().filter(|_| is_event);
        let recorder = recorder.is_some_and(|recorder| recorder.wants(target, level));
        let spans = self.0.spans.as_ref().is_some_and(|spans| spans.want(target, level, is_event));
        let reports = self.0.reports.as_ref().filter(|_| is_event);
        let reports = reports.is_some_and(|reports| reports.want(level));
        Wanted(
            (u8::from(lines) * Wanted::LINES)
                | (u8::from(recorder) * Wanted::RECORDER)
                | (u8::from(spans) * Wanted::SPANS)
                | (u8::from(reports) * Wanted::REPORTS),
        )
    }

    /// Says which subscriber these levels are for.
    pub(crate) fn serve(&self, subscriber: &Dispatch) {
        *lock(&self.0.subscriber) = Some(subscriber.downgrade());
    }

    pub(super) fn recorder(&self) -> Option<&Recorder> {
        self.0.recorder.as_deref()
    }

    fn of(&self, metadata: &Metadata<'_>) -> Wanted {
        self.wanted(metadata.target(), *metadata.level(), metadata.is_event())
    }

    fn with_targets<T>(&self, work: impl FnOnce(&Targets) -> T) -> T {
        let generation = self.0.generation.load(Ordering::Acquire);
        let last = LAST.try_with(Cell::take).ok().flatten();
        let last = last.filter(|last| last.generation == generation);
        let current = last.unwrap_or_else(|| self.state().current.clone());
        let result = work(&current.targets);
        // A thread that ends keeps nothing.
        let _ = LAST.try_with(|last| last.set(Some(current)));
        result
    }

    fn parse(&self, directives: &str) -> Result<Current, Error> {
        Current::parse(directives, self.0.rest).map_err(Error::config)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }
}

/// What only exporters say.
#[cfg(feature = "otlp")]
impl Levels {
    /// Runs work whose events that subscriber takes, on a thread that may have another.
    pub(crate) fn run(&self, work: impl FnOnce()) {
        let subscriber = lock(&self.0.subscriber).as_ref().and_then(WeakDispatch::upgrade);
        match subscriber {
            Some(subscriber) => tracing::dispatcher::with_default(&subscriber, work),
            None => work(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: Subscriber> Layer<S> for Levels {
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        self.serve(subscriber);
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        let wanted = self.of(metadata);
        if wanted.by_lines() {
            Interest::always()
        } else if wanted.by_recorder() || wanted.by_spans() || wanted.by_reports() {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    /// Asked for what only requests or spans may want, and for records of the `log` crate.
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let wanted = self.of(metadata);
        let is_wanted = wanted.by_lines()
            || (wanted.by_recorder() && RequestContext::current().is_some())
            || (wanted.by_spans() && spans::are_recorded_here())
            || (wanted.by_reports() && reports::are_wanted_here(*metadata.level()));
        is_wanted && !is_own_noise(metadata.target())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.max())
    }
}

impl Wanted {
    const LINES: u8 = 1;
    const RECORDER: u8 = 2;
    const SPANS: u8 = 4;
    const REPORTS: u8 = 8;

    pub(super) fn by_lines(self) -> bool {
        self.0 & Self::LINES != 0
    }

    /// Wanted within a request by the flight recorder.
    pub(super) fn by_recorder(self) -> bool {
        self.0 & Self::RECORDER != 0
    }

    /// Wanted as a span, or by one, where spans are recorded.
    pub(super) fn by_spans(self) -> bool {
        self.0 & Self::SPANS != 0
    }

    /// Wanted for reports: within a request, or as one of its own.
    pub(super) fn by_reports(self) -> bool {
        self.0 & Self::REPORTS != 0
    }
}

impl Decision {
    /// The decision as it stands, or a new one if the levels have changed.
    #[inline]
    pub(super) fn get(&self, levels: &Levels, decide: impl FnOnce() -> Wanted) -> Wanted {
        // No generation is 0, so a new call site decides.
        let generation = levels.0.generation.load(Ordering::Acquire) << u8::BITS;
        let state = self.0.load(Ordering::Relaxed);
        let [wanted, ..] = state.to_le_bytes();
        if state == generation | u64::from(wanted) {
            return Wanted(wanted);
        }
        let wanted = decide();
        self.0.store(generation | u64::from(wanted.0), Ordering::Relaxed);
        wanted
    }
}

impl Current {
    fn parse(text: &str, rest: Level) -> Result<Self, String> {
        let targets = Arc::new(directives::parse(text, rest)?);
        Ok(Self { text: text.trim().into(), targets, generation: 0 }.renewed())
    }

    /// The same as a change of its own.
    fn renewed(self) -> Self {
        /// Of all the telemetries of a process.
        static GENERATION: AtomicU64 = AtomicU64::new(1);
        Self { generation: GENERATION.fetch_add(1, Ordering::Relaxed), ..self }
    }
}

impl fmt::Debug for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Levels").field(&self.state().current.text).finish()
    }
}
