//! Which events are wanted, and by whom; changed while the service runs.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tracing::dispatcher::{self, WeakDispatch};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Dispatch, Level, Metadata, Subscriber, callsite};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Context;

use crate::config::{self, directives};
use crate::context::RequestContext;
use crate::error::Error;

use super::recorder::Recorder;

/// Which log events are wanted, by level and target. A clone shows and changes the same levels.
///
/// It is a layer, too: outside of a [`TracingLayer`](crate::telemetry::TracingLayer) it keeps what
/// nobody wants from being made at all, for every layer of the subscriber.
#[derive(Clone)]
pub struct Levels(Arc<Shared>);

struct Shared {
    /// The level of targets that directives leave out.
    rest: Level,
    current: Mutex<Current>,
    recorder: Option<Arc<Recorder>>,
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
    /// Changes them, at once and for every call site. The text is that of `RUST_LOG`, as
    /// `info,workouts=debug`; what it leaves out has the level of the settings.
    ///
    /// # Errors
    ///
    /// When the text is no list of directives; nothing is changed then.
    pub fn set(&self, directives: &str) -> Result<(), Error> {
        let current = Current::parse(directives, self.0.rest).map_err(Error::config)?;
        self.replace(current);
        self.rebuild();
        if let Some(changed) = self.0.changed.get() {
            changed(self.max());
        }
        Ok(())
    }

    /// What they are, in the words of [`set`](Self::set).
    pub fn get(&self) -> String {
        self.current().text.to_string()
    }

    pub(super) fn new(
        settings: &config::Logs,
        recorder: Option<Arc<Recorder>>,
    ) -> Result<Self, Error> {
        let level = settings.level.as_str().to_ascii_lowercase();
        let text = settings.directives.as_deref().unwrap_or(&level);
        let wrong = |error| Error::config(format!("logs.directives: {error}"));
        let current = Current::parse(text, settings.level).map_err(wrong)?;
        Ok(Self(Arc::new(Shared {
            rest: settings.level,
            generation: AtomicU64::new(current.generation),
            current: Mutex::new(current),
            recorder,
            changed: OnceLock::new(),
            subscriber: Mutex::default(),
        })))
    }

    /// The most verbose level that anybody wants of any call site.
    pub(crate) fn max(&self) -> LevelFilter {
        let current = self.current();
        let levels = current.targets.iter().map(|(_, level)| level);
        let rest = current.targets.default_level();
        let recorder = self.0.recorder.as_ref().map(|recorder| recorder.max_level());
        levels.chain(rest).chain(recorder).max().unwrap_or(LevelFilter::OFF)
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
        Wanted((u8::from(lines) * Wanted::LINES) | (u8::from(recorder) * Wanted::RECORDER))
    }

    /// Of changes at one time, the generation and the levels of the same one stay.
    fn replace(&self, new: Current) {
        let mut current = self.current();
        self.0.generation.store(new.generation, Ordering::Release);
        *current = new;
    }

    /// Says which subscriber these levels are for.
    pub(crate) fn serve(&self, subscriber: &Dispatch) {
        *lock(&self.0.subscriber) = Some(subscriber.downgrade());
    }

    /// Where there is one subscriber, `tracing` has call sites ask the calling thread's one, so
    /// that is to be ours.
    fn rebuild(&self) {
        let subscriber = lock(&self.0.subscriber).as_ref().and_then(WeakDispatch::upgrade);
        match subscriber {
            Some(ours) => dispatcher::with_default(&ours, callsite::rebuild_interest_cache),
            None => callsite::rebuild_interest_cache(),
        }
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
        let current = last.unwrap_or_else(|| self.current().clone());
        let result = work(&current.targets);
        // A thread that ends keeps nothing.
        let _ = LAST.try_with(|last| last.set(Some(current)));
        result
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        lock(&self.0.current)
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
        } else if wanted.by_recorder() {
            Interest::sometimes()
        } else {
            Interest::never()
        }
    }

    /// Asked for what only requests may want, and for records of the `log` crate.
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let wanted = self.of(metadata);
        wanted.by_lines() || (wanted.by_recorder() && RequestContext::current().is_some())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.max())
    }
}

impl Wanted {
    const LINES: u8 = 1;
    const RECORDER: u8 = 2;

    pub(super) fn by_lines(self) -> bool {
        self.0 & Self::LINES != 0
    }

    /// Wanted within a request by the flight recorder.
    pub(super) fn by_recorder(self) -> bool {
        self.0 & Self::RECORDER != 0
    }

    pub(super) fn by_nobody(self) -> bool {
        self.0 == 0
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
        /// Of all the telemetries of a process.
        static GENERATION: AtomicU64 = AtomicU64::new(1);
        let targets = Arc::new(directives::parse(text, rest)?);
        let generation = GENERATION.fetch_add(1, Ordering::Relaxed);
        Ok(Self { generation, text: text.trim().into(), targets })
    }
}

impl fmt::Debug for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Levels").field(&self.current().text).finish()
    }
}
