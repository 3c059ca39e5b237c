//! The registry: which metrics there are.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::{self, Clock};
use crate::error::Error;

use super::builder::Builder;
use super::counter::{Counter, FloatCounter};
use super::declaration::Source;
use super::exposition::{Head, Own, Scrapes, Type};
use super::family::Encode;
use super::gauge::{FloatGauge, Gauge};

/// A registry and the way to add to it. Cloning it is cheap, and clones are the same registry.
///
/// Nothing in it is global: two registries in one process never meet.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
}

struct Registry {
    /// By name, which is also the order of exposition.
    families: Mutex<BTreeMap<Box<str>, Registered>>,
    before_scrape: Mutex<Vec<Arc<dyn Fn() + Send + Sync>>>,
    config: config::Metrics,
    clock: Clock,
    own: Own,
    scrapes: Scrapes,
}

#[derive(Clone)]
struct Registered {
    family: Arc<dyn Encode>,
    registrant: Registrant,
}

/// Who asked for a family.
#[derive(Clone, Copy, Debug)]
pub(super) enum Registrant {
    Caller(&'static Location<'static>),
    Attribute(Source),
}

impl Metrics {
    /// An empty registry.
    pub fn new(config: &config::Metrics, clock: &Clock) -> Self {
        let (own, families) = Own::new(clock);
        let registrant = Location::caller().into();
        let named = |family: Arc<dyn Encode>| {
            (family.descriptor().base_name().into(), Registered { family, registrant })
        };
        let registry = Registry {
            families: Mutex::new(families.into_iter().map(named).collect()),
            before_scrape: Mutex::default(),
            config: config.clone(),
            clock: clock.clone(),
            own,
            scrapes: Scrapes::default(),
        };
        Self { registry: Arc::new(registry) }
    }

    /// Describes a [`Counter`]; its name ends in `_total`.
    #[track_caller]
    pub fn counter(
        &self,
        name: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Builder<(), Counter> {
        Builder::new(self, (name.into(), help.into()), (), Location::caller())
    }

    /// Describes a [`FloatCounter`]; its name ends in `_total`.
    #[track_caller]
    pub fn float_counter(
        &self,
        name: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Builder<(), FloatCounter> {
        Builder::new(self, (name.into(), help.into()), (), Location::caller())
    }

    /// Describes a [`Gauge`].
    #[track_caller]
    pub fn gauge(
        &self,
        name: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Builder<(), Gauge> {
        Builder::new(self, (name.into(), help.into()), (), Location::caller())
    }

    /// Describes a [`FloatGauge`].
    #[track_caller]
    pub fn float_gauge(
        &self,
        name: impl Into<Cow<'static, str>>,
        help: impl Into<Cow<'static, str>>,
    ) -> Builder<(), FloatGauge> {
        Builder::new(self, (name.into(), help.into()), (), Location::caller())
    }

    /// Has `update` called before each scrape, to set gauges that mirror something else.
    ///
    /// It runs on the scraping thread and holds the scrape up, so it should only read memory. It
    /// may register metrics; they are part of the scrape that follows.
    pub fn before_scrape(&self, update: impl Fn() + Send + Sync + 'static) {
        lock(&self.registry.before_scrape).push(Arc::new(update));
    }

    /// What to call before a scrape. No lock is held meanwhile, so that it may register.
    pub(super) fn updates(&self) -> Vec<Arc<dyn Fn() + Send + Sync>> {
        lock(&self.registry.before_scrape).clone()
    }

    /// The families in the order of their names.
    pub(crate) fn families(&self) -> Vec<Arc<dyn Encode>> {
        let families = lock(&self.registry.families);
        families.values().map(|registered| Arc::clone(&registered.family)).collect()
    }

    pub(super) fn own(&self) -> &Own {
        &self.registry.own
    }

    pub(super) fn scrapes(&self) -> &Scrapes {
        &self.registry.scrapes
    }

    pub(crate) fn config(&self) -> &config::Metrics {
        &self.registry.config
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.registry.clock
    }

    pub(super) fn series_limit(&self) -> u32 {
        self.registry.config.series_limit
    }

    /// Adds a family under its name, unless the name, or a sample of it, is taken.
    pub(super) fn add(&self, family: Arc<dyn Encode>, registrant: Registrant) -> Result<(), Error> {
        let mut families = lock(&self.registry.families);
        let head = Head::from(family.descriptor());
        if let Some(first) = head.samples().find_map(|sample| holder(&families, &sample)) {
            let taken = &first.family.descriptor().name;
            return Err(Error::metric(format!(
                "metric {:?} is registered at {registrant}, and {taken:?} was at {}; \
                 a name is accepted once, and so are the names of its samples",
                family.descriptor().name,
                first.registrant
            )));
        }
        let name = family.descriptor().base_name();
        families.insert(name.into(), Registered { family, registrant });
        Ok(())
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new(&config::Metrics::default(), &Clock::default())
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let families = lock(&self.registry.families).len();
        f.debug_struct("Metrics").field("families", &families).finish_non_exhaustive()
    }
}

impl From<&'static Location<'static>> for Registrant {
    fn from(caller: &'static Location<'static>) -> Self {
        Self::Caller(caller)
    }
}

impl fmt::Display for Registrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Caller(location) => location.fmt(f),
            Self::Attribute(source) => source.fmt(f),
        }
    }
}

/// Whose sample `name` may be.
fn holder<'a>(families: &'a BTreeMap<Box<str>, Registered>, name: &str) -> Option<&'a Registered> {
    Type::SUFFIXES.iter().find_map(|suffix| {
        let holder = families.get(name.strip_suffix(suffix)?)?;
        let kind = Type::from(holder.family.descriptor().kind);
        kind.suffixes().contains(suffix).then_some(holder)
    })
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
