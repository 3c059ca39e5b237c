//! Settings from the environment: every variable, every rule of the specification, every problem.

mod defaults;
mod docs;
mod otel;
mod problems;
mod values;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;

use obskit::config::{Config, Environment};

/// The settings that some variables give.
fn config(pairs: &[(&str, &str)]) -> Config {
    Config::from_environment(&pairs).unwrap_or_else(|error| panic!("{pairs:?}: {error}"))
}

/// What is said about variables that are wrong.
fn problem(pairs: &[(&str, &str)]) -> String {
    let error = Config::from_environment(&pairs).expect_err(&format!("{pairs:?}"));
    assert!(error.is_config());
    error.to_string()
}

/// The one warning about variables that are ignored.
fn warning(pairs: &[(&str, &str)]) -> String {
    let warnings = config(pairs).warnings;
    assert_eq!(warnings.len(), 1, "{pairs:?}: {warnings:?}");
    warnings.concat()
}

/// An environment that notes what it is asked for.
#[derive(Default)]
struct Recording {
    values: BTreeMap<String, String>,
    asked: RefCell<Vec<String>>,
}

impl Environment for Recording {
    fn get(&self, name: &str) -> Option<OsString> {
        self.asked.borrow_mut().push(name.to_owned());
        self.values.get(name).map(OsString::from)
    }
}
