//! The environment: the only file of the crate that reads it.
//!
//! Everything else works on an [`Environment`], so a test gives a map.

mod otel;
mod otlp;
mod own;
mod parse;
mod proxy;
mod reader;
mod variables;

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::hash::{BuildHasher, Hash};

#[cfg(feature = "admin")]
pub(crate) use parse::duration;
pub use variables::{VARIABLES, Variable};

use self::reader::Reader;
use super::Config;
use crate::error::Error;

/// Where variables come from: the process, a map, or a list of pairs, whose first counts.
pub trait Environment {
    /// The value as it stands, which need not be UTF-8. `None` if the variable is unset.
    fn get(&self, name: &str) -> Option<OsString>;
}

/// The variables of this process.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

impl Config {
    /// The settings that the process's environment gives; the rest has its default. See
    /// [`VARIABLES`]. An empty variable is an unset one.
    ///
    /// # Errors
    ///
    /// One error that names every wrong variable, what was found and what is accepted. Secrets are
    /// hidden. Where the OpenTelemetry specification wants a wrong value ignored, that becomes one
    /// of [`Config::warnings`].
    pub fn from_env() -> Result<Self, Error> {
        Self::from_environment(&ProcessEnvironment)
    }

    /// The settings that an environment gives, as [`Config::from_env`].
    ///
    /// # Errors
    ///
    /// As [`Config::from_env`].
    pub fn from_environment(environment: &impl Environment) -> Result<Self, Error> {
        let mut config = Self::default();
        let mut reader = Reader::new(environment);
        otel::read(&mut reader, &mut config);
        otlp::read(&mut reader, &mut config);
        own::read(&mut reader, &mut config);
        proxy::read(&mut reader, &mut config.proxy);
        config.warnings = reader.finish()?;
        config.validate()?;
        Ok(config)
    }
}

impl Environment for ProcessEnvironment {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    fn get(&self, name: &str) -> Option<OsString> {
        std::env::var_os(name)
    }
}

impl<K, V, S> Environment for HashMap<K, V, S>
where
    K: Borrow<str> + Eq + Hash,
    V: AsRef<OsStr>,
    S: BuildHasher,
{
    fn get(&self, name: &str) -> Option<OsString> {
        HashMap::get(self, name).map(owned)
    }
}

impl<K: Borrow<str> + Ord, V: AsRef<OsStr>> Environment for BTreeMap<K, V> {
    fn get(&self, name: &str) -> Option<OsString> {
        BTreeMap::get(self, name).map(owned)
    }
}

impl<K: AsRef<str>, V: AsRef<OsStr>, const N: usize> Environment for [(K, V); N] {
    fn get(&self, name: &str) -> Option<OsString> {
        first(self, name)
    }
}

impl<K: AsRef<str>, V: AsRef<OsStr>> Environment for &[(K, V)] {
    fn get(&self, name: &str) -> Option<OsString> {
        first(self, name)
    }
}

impl<K: AsRef<str>, V: AsRef<OsStr>> Environment for Vec<(K, V)> {
    fn get(&self, name: &str) -> Option<OsString> {
        first(self, name)
    }
}

fn first(pairs: &[(impl AsRef<str>, impl AsRef<OsStr>)], name: &str) -> Option<OsString> {
    pairs.iter().find(|(key, _)| key.as_ref() == name).map(|(_, value)| owned(value))
}

fn owned(value: &impl AsRef<OsStr>) -> OsString {
    value.as_ref().to_owned()
}

/// What this program was built for, by the compiler's names: the operating system, the processor.
#[cfg(feature = "otlp")]
pub(crate) const BUILT_FOR: (&str, &str) = (std::env::consts::OS, std::env::consts::ARCH);

/// The name of this program's file.
pub(crate) fn executable() -> Option<String> {
    let path = std::env::current_exe().ok()?;
    Some(path.file_name()?.to_string_lossy().into_owned())
}
