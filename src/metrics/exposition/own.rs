//! What the registry counts of itself.

use std::borrow::Cow;
use std::sync::Arc;

use crate::config::Clock;
use crate::metrics::catalog::{self, Definition};
use crate::metrics::counter::Counter;
use crate::metrics::descriptor::Descriptor;
use crate::metrics::family::{Core, Encode, Family};
use crate::metrics::key::LabelValue;
use crate::metrics::label::{Label, Text};

/// The registry's own families.
pub(in crate::metrics) struct Own {
    overflow: Family<(Text,), Counter>,
    errors: Family<(Reason,), Counter>,
}

/// Why something is missing from an exposition.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reason {
    /// A foreign family's name, or a sample's of it, is taken.
    Conflict,
    /// A foreign family, or a sample of it, that no format can express.
    Malformed,
    /// A callback or a foreign collector panicked.
    Panic,
}

/// They cannot overflow.
const OWN: [&str; 2] = [catalog::SERIES_OVERFLOW.name, catalog::SCRAPE_ERRORS.name];

impl Own {
    pub(in crate::metrics) fn new(clock: &Clock) -> (Self, [Arc<dyn Encode>; 2]) {
        let core = |definition: &Definition| {
            let descriptor = Descriptor {
                name: definition.name.into(),
                help: definition.help.into(),
                kind: definition.kind,
                unit: None,
                labels: definition.labels.iter().map(|label| Cow::Borrowed(*label)).collect(),
            };
            Arc::new(Core::<Counter>::new(descriptor, (), 0, clock.clone()))
        };
        let (overflow, errors) = (core(&catalog::SERIES_OVERFLOW), core(&catalog::SCRAPE_ERRORS));
        let own = Self {
            overflow: Family::new(Arc::clone(&overflow)),
            errors: Family::new(Arc::clone(&errors)),
        };
        (own, [overflow, errors])
    }

    pub(super) fn count(&self, reason: Reason, missing: usize) {
        self.errors.get((reason,)).add(missing as u64);
    }

    /// Takes over each family's count, so that all of them exist before the first overflow.
    pub(super) fn count_overflows(&self, families: &[Arc<dyn Encode>]) {
        for family in families {
            let descriptor = family.descriptor();
            let is_own = OWN.contains(&&*descriptor.name);
            if !is_own && !descriptor.labels.is_empty() {
                self.overflow.reserve((&*descriptor.name,)).raise_to(family.overflowed());
            }
        }
    }
}

impl Label for Reason {
    const VALUES: &'static [&'static str] = &["conflict", "malformed", "panic"];

    fn write(&self, value: &mut LabelValue<'_>) {
        value.push_str(match self {
            Self::Conflict => "conflict",
            Self::Malformed => "malformed",
            Self::Panic => "panic",
        });
    }
}
