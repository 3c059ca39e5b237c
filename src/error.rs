//! What went wrong: one opaque error for the whole crate.
//!
//! One type, because a service treats every failure of its observability alike: it says so at
//! start-up and stops, or it says so at shutdown and goes on. What differs is asked by question:
//! [`Error::is_config`], [`Error::is_bind`], and so on.

use std::error::Error as StdError;
use std::fmt;

/// Everything obskit can fail at.
pub struct Error {
    kind: Kind,
    message: Box<str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Config,
    Bind,
    Metric,
    Health,
    Installed,
    Runtime,
}

impl Error {
    /// A setting was missing, malformed or contradicted another.
    pub fn is_config(&self) -> bool {
        self.kind == Kind::Config
    }

    /// An address could not be listened on.
    pub fn is_bind(&self) -> bool {
        self.kind == Kind::Bind
    }

    /// A metric's name, label or bound was refused, or its name was taken.
    pub fn is_metric(&self) -> bool {
        self.kind == Kind::Metric
    }

    /// A health check's name, time or bound was refused, or its name was taken.
    pub fn is_health(&self) -> bool {
        self.kind == Kind::Health
    }

    /// [`init`](crate::init) was called a second time in one process.
    pub fn is_already_installed(&self) -> bool {
        self.kind == Kind::Installed
    }

    /// The background thread could not be started, or has ended.
    pub fn is_runtime(&self) -> bool {
        self.kind == Kind::Runtime
    }

    pub(crate) fn config(message: impl Into<Box<str>>) -> Self {
        Self::new(Kind::Config, message)
    }

    pub(crate) fn metric(message: impl Into<Box<str>>) -> Self {
        Self::new(Kind::Metric, message)
    }

    pub(crate) fn health(message: impl Into<Box<str>>) -> Self {
        Self::new(Kind::Health, message)
    }

    pub(crate) fn installed(message: impl Into<Box<str>>) -> Self {
        Self::new(Kind::Installed, message)
    }

    pub(crate) fn runtime(message: impl Into<Box<str>>) -> Self {
        Self::new(Kind::Runtime, message)
    }

    pub(crate) fn because(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    fn new(kind: Kind, message: impl Into<Box<str>>) -> Self {
        Self { kind, message: message.into(), source: None }
    }
}

/// What only the operator's server fails at.
#[cfg(feature = "admin")]
impl Error {
    pub(crate) fn bind(message: impl Into<Box<str>>) -> Self {
        Self::new(Kind::Bind, message)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// `main` prints a returned error by `Debug`, so this says the message and its causes, in words.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|error| error as _)
    }
}
