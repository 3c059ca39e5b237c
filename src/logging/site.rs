//! Call sites: what is the same for all their events is found out once.

use std::hash::Hasher;

use tracing::{Level, Metadata};

use crate::concurrent::{KeyHasher, Keyed, Query};

use super::level::{Decision, Levels, Wanted};
use super::limit::Flood;
use super::line::Heading;

/// A call site's plan and state. One of an event counts its flood here.
pub(super) struct Site {
    /// The address of the call site's metadata; of none for lines of our own.
    address: usize,
    pub(super) kind: Kind,
    pub(super) heading: Heading,
    /// By the index of the field.
    pub(super) fields: Box<[Plan]>,
    pub(super) flood: Flood,
    decision: Decision,
}

/// What is made at a call site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Event,
    /// One of the five call sites that stand for records of the `log` crate.
    Log,
    Span,
    /// The span of a request, whose fields are its context's.
    Request,
}

/// What becomes of one field.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) name: &'static str,
    /// As it stands on the line, escaped.
    pub(super) key: Box<[u8]>,
    pub(super) role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Member,
    Message,
    /// An error: its type, its message and its causes.
    Failure,
    Stack,
    User,
    /// Its value is not shown.
    Hidden,
    /// A later field has its name, or nobody wants to see it.
    Dropped,
}

impl Site {
    /// One without fields, for lines that come from no call site.
    pub(super) fn own(heading: Heading) -> Self {
        Self {
            address: 0,
            kind: Kind::Event,
            heading,
            fields: Box::default(),
            flood: Flood::default(),
            decision: Decision::default(),
        }
    }

    /// Who wants what is made here.
    #[inline]
    pub(super) fn wanted(&self, levels: &Levels) -> Wanted {
        self.decision.get(levels, || {
            let is_event = matches!(self.kind, Kind::Event | Kind::Log);
            levels.wanted(&self.heading.target, self.heading.level, is_event)
        })
    }

    #[inline]
    pub(super) fn level(&self) -> Level {
        self.heading.level
    }
}

impl Keyed for Site {
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        hasher.write_usize(self.address);
    }
}

/// Looked up by the address, which is the call site's own as long as the process lives.
impl Query<Site> for &'static Metadata<'static> {
    #[inline]
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        hasher.write_usize(std::ptr::from_ref(*self).addr());
    }

    #[inline]
    fn is_key_of(&self, site: &Site) -> bool {
        std::ptr::from_ref(*self).addr() == site.address
    }
}
