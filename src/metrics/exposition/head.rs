//! What is said of a family before its samples.

use crate::metrics::descriptor::{Descriptor, Kind};

/// A family without its samples.
#[derive(Clone, Copy, Debug)]
pub(in crate::metrics) struct Head<'a> {
    /// As in OpenMetrics: a counter's without `_total`.
    pub(super) base: &'a str,
    pub(super) help: &'a str,
    pub(super) kind: Type,
    pub(super) unit: Option<&'a str>,
}

/// A family's type in the formats, which know more of them than we make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::metrics) enum Type {
    Counter,
    Gauge,
    Histogram,
    Unknown,
}

impl<'a> From<&'a Descriptor> for Head<'a> {
    fn from(family: &'a Descriptor) -> Self {
        let (base, help, kind) = (family.base_name(), &family.help, family.kind.into());
        Self { base, help, kind, unit: family.unit }
    }
}

impl From<Kind> for Type {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Counter => Self::Counter,
            Kind::Gauge => Self::Gauge,
            Kind::Histogram => Self::Histogram,
        }
    }
}

impl<'a> Head<'a> {
    /// The names of the samples such a family may have.
    pub(in crate::metrics) fn samples(self) -> impl Iterator<Item = String> + use<'a> {
        let name = move |suffix: &&str| format!("{}{suffix}", self.base);
        self.kind.suffixes().iter().map(name)
    }

    /// The family's name where formats give it the name of its samples.
    pub(super) fn suffix(&self) -> &'static str {
        if self.kind == Type::Counter { "_total" } else { "" }
    }
}

impl Type {
    /// All that any type's samples add.
    pub(in crate::metrics) const SUFFIXES: [&'static str; 6] =
        ["", "_total", "_created", "_bucket", "_count", "_sum"];

    /// What samples of such a family add to its name.
    pub(in crate::metrics) fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["", "_total", "_created"],
            Self::Gauge | Self::Unknown => &[""],
            Self::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
        }
    }
}
