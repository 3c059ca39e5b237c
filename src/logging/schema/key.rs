//! Where a user's field stands, so that no two keys of a line are the same.

use std::borrow::Cow;

use super::table::{Entry, Slot, Source, Table};

/// Stands before the names of fields that clash with the schema's own keys.
const ASIDE: &str = "attr.";

impl Table {
    /// The key of a user's field of this name: the name itself, or `attr.` and the name where that
    /// is taken, or might be taken for such a key.
    pub(super) fn place<'a>(&self, name: &'a str) -> Cow<'a, str> {
        let stands_alone = |entry: &Entry| matches!(entry, Entry::Value(_, Slot::Members));
        if !self.entries.iter().any(stands_alone) {
            return Cow::Borrowed(name);
        }
        let segment = if self.is_nested { with_segments(name) } else { Cow::Borrowed(name) };
        let is_aside =
            name.strip_prefix("attr").is_some_and(|n| n.is_empty() || n.starts_with('.'));
        if is_aside || self.is_taken(&segment) {
            return Cow::Owned([ASIDE, &segment].concat());
        }
        segment
    }

    fn is_taken(&self, name: &str) -> bool {
        let clashes = |entry: &Entry| {
            let (own, is_exchange) = (entry.name(), entry.source() == Source::Exchange);
            // A request's own line has no fields of a user that name the same, and on other lines
            // they may well say what the request's would.
            (own == name && !is_exchange)
                || (self.is_nested && (is_within(own, name) || is_within(name, own)))
        };
        self.reserved.contains(&name) || self.entries.iter().any(clashes)
    }
}

/// Whether `inner` is a path below `outer`.
fn is_within(inner: &str, outer: &str) -> bool {
    !outer.is_empty() && inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'))
}

/// A name without empty segments, which readers that make paths of names refuse.
fn with_segments(name: &str) -> Cow<'_, str> {
    let is_path = name.split('.').all(|segment| !segment.trim().is_empty());
    if is_path && !name.contains('%') {
        return Cow::Borrowed(name);
    }
    let name = name.replace('%', "%25").replace('.', "%2E");
    Cow::Owned(if name.trim().is_empty() { format!("%{name}") } else { name })
}
