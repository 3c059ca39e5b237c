//! What the attributes of a program declare, known before any of it has run.

mod made;

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
///
/// ```
/// #[obskit::instrument_job("backup", schedule = "@daily")]
/// fn back_up() {}
///
/// let found = obskit::metrics::declarations().find(|declared| declared.name == "backup");
/// assert_eq!(found.and_then(|job| job.schedule), Some("@daily"));
/// # back_up();
/// ```
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
}
