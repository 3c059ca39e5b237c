//! Reads one variable after another, and keeps what is wrong until the end.

use super::Environment;
use super::variables::{Variable, find};
use crate::config::validate::Problems;
use crate::error::Error;

/// A value, or why the text is none. The reason is fixed text, so that it cannot give a secret
/// away; it may be empty where there is nothing to add to what is accepted.
pub(super) type Parsed<T> = Result<T, &'static str>;

/// The environment being read, and what was found wrong so far.
pub(super) struct Reader<'a> {
    environment: &'a dyn Environment,
    problems: Problems,
    warnings: Problems,
}

impl<'a> Reader<'a> {
    pub(super) fn new(environment: &'a dyn Environment) -> Self {
        Self { environment, problems: Problems::default(), warnings: Problems::default() }
    }

    /// A value that must be right if it is there.
    pub(super) fn strict<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Parsed<T>,
    ) -> Option<T> {
        let value = self.value(name, parse)?;
        value.map_err(|problem| self.problems.push(problem)).ok()
    }

    /// A value that the OpenTelemetry specification wants ignored, with a warning, if it is wrong.
    pub(super) fn lenient<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Parsed<T>,
    ) -> Option<T> {
        let value = self.value(name, parse)?;
        value.map_err(|problem| self.warn(format!("{problem}; it is ignored"))).ok()
    }

    pub(super) fn is_set(&self, name: &str) -> bool {
        let value = self.environment.get(name);
        value.is_some_and(|value| value.to_str().is_none_or(|text| !text.trim().is_empty()))
    }

    /// Says that a variable is wrong, without which the settings cannot be used.
    pub(super) fn problem(&mut self, name: &str, text: &str, reason: &str) {
        self.problems.push(said(name, text, reason));
    }

    /// Says that a part of a variable is wrong, in words that name it and what is accepted.
    pub(super) fn flaw(&mut self, name: &str, flaw: &str) {
        self.problems.push(format!("{name}: {flaw}"));
    }

    /// Says that a variable, or this part of it, is wrong and ignored.
    pub(super) fn warning(&mut self, name: &str, text: &str, reason: &str) {
        let said = said(name, text, reason);
        self.warn(format!("{said}; it is ignored"));
    }

    pub(super) fn warn(&mut self, warning: String) {
        self.warnings.push(warning);
    }

    /// The warnings, if there were no problems.
    pub(super) fn finish(self) -> Result<Vec<String>, Error> {
        self.problems.into_result()?;
        Ok(self.warnings.into_list())
    }

    /// The value of the text without white space around it; empty is unset.
    fn value<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Parsed<T>,
    ) -> Option<Result<T, String>> {
        let value = self.environment.get(name)?;
        match value.to_str().map(str::trim) {
            Some("") => None,
            Some(text) => Some(parse(text).map_err(|reason| said(name, text, reason))),
            None => Some(Err(format!("{name} is not UTF-8; accepted: {}", accepts(name)))),
        }
    }
}

fn accepts(name: &str) -> &'static str {
    find(name).map_or("", |variable| variable.accepts)
}

/// The variable, what was found, why it is wrong, what is accepted.
fn said(name: &str, text: &str, reason: &str) -> String {
    let found = shown(find(name), text);
    let colon = if reason.is_empty() { "" } else { ": " };
    format!("{name} is {found}{colon}{reason}; accepted: {}", accepts(name))
}

/// Secrets are hidden, and so is every text with `@`: it may be a URL with a password.
fn shown(variable: Option<&Variable>, text: &str) -> String {
    const LONGEST: usize = 80;
    if variable.is_none_or(|variable| variable.secret) || text.contains('@') {
        return "[hidden]".to_owned();
    }
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}
