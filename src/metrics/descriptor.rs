//! What a family says of itself: name, help, kind, unit, label names.

use std::borrow::Cow;

use crate::error::Error;

/// The kind of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A total that only grows; its name ends in `_total`.
    Counter,
    /// A value that goes both ways.
    Gauge,
    /// Observations counted in buckets.
    Histogram,
}

/// Everything about a family but its series.
#[derive(Clone, Debug)]
pub(crate) struct Descriptor {
    pub(crate) name: Cow<'static, str>,
    pub(crate) help: Cow<'static, str>,
    pub(crate) kind: Kind,
    /// The base unit, when the name ends in it; OpenMetrics has a line for it.
    pub(crate) unit: Option<&'static str>,
    pub(crate) labels: Vec<Cow<'static, str>>,
}

/// Suffixes that OpenMetrics gives to samples, so no gauge's or histogram's name may end in one.
const RESERVED_SUFFIXES: [&str; 6] = ["_total", "_created", "_bucket", "_count", "_sum", "_info"];
const UNITS: [&str; 6] = ["seconds", "bytes", "ratio", "celsius", "meters", "joules"];
const MAX_NAME_BYTES: usize = 200;
const MAX_HELP_BYTES: usize = 1_024;

impl Descriptor {
    /// The unit that `name` ends in, `_total` aside.
    pub(crate) fn unit_of(name: &str) -> Option<&'static str> {
        let base = name.strip_suffix("_total").unwrap_or(name);
        let ends_in =
            |unit: &&str| base.strip_suffix(*unit).is_some_and(|rest| rest.ends_with('_'));
        UNITS.into_iter().find(ends_in)
    }

    /// The family's name in OpenMetrics, where a counter's `_total` belongs to its samples.
    pub(crate) fn base_name(&self) -> &str {
        match self.kind {
            Kind::Counter => self.name.strip_suffix("_total").unwrap_or(&self.name),
            Kind::Gauge | Kind::Histogram => &self.name,
        }
    }

    pub(crate) fn validate(&self, declared: usize) -> Result<(), Error> {
        self.validate_name()?;
        if self.help.is_empty() || self.help.len() > MAX_HELP_BYTES {
            let found = self.help.len();
            return Err(self
                .refuse(&format!("its help has {found} bytes; accepted: 1 to {MAX_HELP_BYTES}")));
        }
        if self.labels.len() != declared {
            let found = self.labels.len();
            let what = format!("it has {found} label names for {declared} label types");
            return Err(self.refuse(&what));
        }
        self.labels.iter().enumerate().try_for_each(|(n, label)| self.validate_label(n, label))
    }

    fn validate_name(&self) -> Result<(), Error> {
        let name = &*self.name;
        if name.len() > MAX_NAME_BYTES || !is_metric_name(name) {
            let accepted =
                "a letter, `_` or `:`, then letters, digits, `_` or `:`, 200 bytes at most";
            return Err(self.refuse(&format!("it is no name; accepted: {accepted}")));
        }
        match (self.kind, name.ends_with("_total")) {
            (Kind::Counter, false) => Err(self.refuse("a counter's name ends in `_total`")),
            (Kind::Counter, true) if name == "_total" => {
                Err(self.refuse("nothing stands before `_total`"))
            }
            (Kind::Counter, true) => Ok(()),
            (Kind::Gauge | Kind::Histogram, _) => {
                match RESERVED_SUFFIXES.iter().find(|suffix| name.ends_with(*suffix)) {
                    // `build_info` is a gauge by long custom; OpenMetrics knows it as an info.
                    Some(&"_info") | None => Ok(()),
                    Some(suffix) => {
                        Err(self
                            .refuse(&format!("`{suffix}` ends the names of other kinds' samples")))
                    }
                }
            }
        }
    }

    fn validate_label(&self, n: usize, label: &str) -> Result<(), Error> {
        if label.len() > MAX_NAME_BYTES
            || !is_identifier(label, |c| c == '_')
            || label.starts_with("__")
        {
            let accepted = "a letter or `_`, then letters, digits or `_`, without `__` before it";
            return Err(self.refuse(&format!("{label:?} is no label's name; accepted: {accepted}")));
        }
        if self.kind == Kind::Histogram && label == "le" {
            return Err(self.refuse("the label \"le\" is that of a histogram's buckets"));
        }
        if self.labels.iter().take(n).any(|earlier| earlier == label) {
            return Err(self.refuse(&format!("the label {label:?} stands twice")));
        }
        Ok(())
    }

    pub(super) fn refuse(&self, what: &str) -> Error {
        Error::metric(format!("metric {:?}: {what}", self.name))
    }
}

/// Whether a metric may be called so.
pub(crate) fn is_metric_name(name: &str) -> bool {
    is_identifier(name, |c| c == '_' || c == ':')
}

fn is_identifier(name: &str, extra: impl Fn(char) -> bool) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || extra(c))
        && name.chars().all(|c| c.is_ascii_alphanumeric() || extra(c))
}
