//! What the attributes of a program declare, known before any of it has run.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use super::descriptor::Kind;

/// What one attribute declares of its function.
///
/// The attributes of every crate in the program are collected when it is linked, in release builds
/// too, so [`declarations`] is complete before the first call.
#[derive(Debug)]
#[non_exhaustive]
pub struct Declaration {
    /// Which attribute it is.
    pub role: Role,
    /// The handler, the dependency or the job, as its label has it.
    pub name: &'static str,
    /// What is asked of a dependency, as its label has it.
    pub operation: Option<&'static str>,
    /// Where the function stands.
    pub source: Source,
    /// The metrics of its own.
    pub metrics: &'static [DeclaredMetric],
    /// What it promises.
    pub objectives: Objectives,
    /// From how long on a call is slow.
    pub slow: Option<Duration>,
    /// When a job is to run, in cron's five fields or as `@daily` and the like.
    pub schedule: Option<&'static str>,
    /// How long a job may run.
    pub max_runtime: Option<Duration>,
}

/// Which attribute a [`Declaration`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Role {
    /// `#[instrument_endpoint]`.
    Endpoint,
    /// `#[instrument_dependency]`.
    Dependency,
    /// `#[instrument_job]`.
    Job,
}

/// Where an instrumented function stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Source {
    /// The path of its module, such as `gym::workouts`.
    pub module: &'static str,
    /// Its name.
    pub function: &'static str,
    /// The source file, as the compiler was given it.
    pub file: &'static str,
    /// The attribute's line there.
    pub line: u32,
}

/// One business metric of an instrumented function.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct DeclaredMetric {
    /// Its name, with `_total` if it is a counter.
    pub name: &'static str,
    /// What it says.
    pub help: &'static str,
    /// A counter or a histogram.
    pub kind: Kind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// Most series of label values that are not known beforehand.
    pub limit: Option<u32>,
    /// A histogram's upper bounds; those configured for latencies if it has none of its own.
    pub buckets: Option<&'static [f64]>,
    domains: fn() -> Domains,
}

/// The values of each label; none where the type does not tell.
pub type Domains = &'static [&'static [&'static str]];

/// What a handler promises: its service level objectives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Objectives {
    /// Percent of calls that do not fail.
    pub availability: Option<f64>,
    /// Percent of calls that are answered within a time.
    pub latency: Option<LatencyObjective>,
}

/// How many calls are to be how fast.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct LatencyObjective {
    /// The time within which a call is fast enough.
    pub within: Duration,
    /// Percent of calls that are.
    pub target: f64,
}

/// One attribute in the program: its declaration, and its number among all.
#[derive(Debug)]
#[doc(hidden)]
pub struct Site {
    declaration: Declaration,
    number: OnceLock<usize>,
}

/// What is collected at link time.
#[derive(Debug)]
#[doc(hidden)]
pub struct Collected(pub &'static Site);

inventory::collect!(Collected);

impl Role {
    /// What its functions are called in a word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Endpoint => "handler",
            Self::Dependency => "dependency",
            Self::Job => "job",
        }
    }
}

/// Every declaration of the program, in the order of role, name and place.
///
/// A function that another macro copies, as axum's `debug_handler` does to check it, is there once.
pub fn declarations() -> impl ExactSizeIterator<Item = &'static Declaration> {
    static DECLARATIONS: OnceLock<Box<[&'static Declaration]>> = OnceLock::new();
    let declarations = DECLARATIONS.get_or_init(|| {
        let mut all: Vec<_> = sites().iter().map(|site| &site.declaration).collect();
        all.dedup_by(|one, other| one.is_copy_of(other));
        all.into()
    });
    declarations.iter().copied()
}

/// Every site by its number.
pub(crate) fn sites() -> &'static [&'static Site] {
    static SITES: OnceLock<Box<[&'static Site]>> = OnceLock::new();
    SITES.get_or_init(|| {
        let mut sites: Vec<_> = inventory::iter::<Collected>().map(|found| found.0).collect();
        sites.sort_by_key(|site| {
            let Declaration { role, name, operation, source, .. } = &site.declaration;
            (*role, *name, *operation, *source)
        });
        for (number, site) in sites.iter().enumerate() {
            site.number.get_or_init(|| number);
        }
        sites.into()
    })
}

impl Site {
    /// The site of an attribute.
    pub const fn new(declaration: Declaration) -> Self {
        Self { declaration, number: OnceLock::new() }
    }

    /// What it declares.
    pub const fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// Its number, unless it came after all were counted, as by `dlopen`.
    #[inline]
    pub(crate) fn number(&self) -> Option<usize> {
        self.number.get().copied()
    }
}

impl Declaration {
    /// A macro of one's own may make different functions of one place.
    fn is_copy_of(&self, other: &Self) -> bool {
        let of = |found: &Self| (found.role, found.name, found.operation, found.source);
        let named = |found: &Self| found.metrics.iter().map(|metric| (metric.name, metric.help));
        of(self) == of(other) && named(self).eq(named(other))
    }
}

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

/// The file and the line, as compilers write them.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl DeclaredMetric {
    /// The values of each label, as far as its type tells.
    pub fn domains(&self) -> Domains {
        (self.domains)()
    }

    /// A counter without labels.
    #[doc(hidden)]
    pub const fn counter(name: &'static str, help: &'static str) -> Self {
        Self::new(Kind::Counter, name, help)
    }

    /// A histogram without labels.
    #[doc(hidden)]
    pub const fn histogram(name: &'static str, help: &'static str) -> Self {
        Self::new(Kind::Histogram, name, help)
    }

    const fn new(kind: Kind, name: &'static str, help: &'static str) -> Self {
        let domains = || -> Domains { &[] };
        Self { name, help, kind, labels: &[], limit: None, buckets: None, domains }
    }

    /// With labels, and what tells their values.
    #[doc(hidden)]
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
    #[doc(hidden)]
    #[must_use]
    pub const fn limit(mut self, series: u32) -> Self {
        self.limit = Some(series);
        self
    }

    /// With upper bounds of its own.
    #[doc(hidden)]
    #[must_use]
    pub const fn buckets(mut self, bounds: &'static [f64]) -> Self {
        self.buckets = Some(bounds);
        self
    }
}
