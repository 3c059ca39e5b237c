//! Call sites of events: what becomes of their fields is found out once.

use std::hash::Hasher;

use tracing::Metadata;

use crate::concurrent::{KeyHasher, Keyed, Query, Table};
use crate::context::Weight;
use crate::redaction::Redactor;

/// A call site's plan.
#[derive(Debug)]
pub(super) struct Site {
    address: usize,
    /// By the index of the field.
    pub(super) fields: Box<[Plan]>,
}

/// What becomes of one field.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) key: &'static str,
    pub(super) role: Role,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Field,
    /// A field whose value is not shown.
    Hidden,
    /// A later field has its name, or it is the `log` crate's own.
    Dropped,
    Message,
    /// An error: its type, its message and its causes.
    Failure,
    /// A stack as a text.
    Stack,
}

/// The call sites that were met.
pub(super) struct Sites(Table<Site>);

/// Plans past so many are made anew each time.
const MAX_SITES: usize = 65_536;

const ERRORS: [&str; 3] = ["error", "err", "exception"];
const STACKS: [&str; 2] = ["stack", "backtrace"];

impl Sites {
    /// Runs `work` with the site of a call site's metadata.
    #[inline]
    pub(super) fn with<T>(
        &self,
        metadata: &'static Metadata<'static>,
        redactor: &Redactor,
        work: impl FnOnce(&Site) -> T,
    ) -> T {
        match self.0.get(&metadata) {
            Some(site) => work(site),
            None => self.add(metadata, redactor, work),
        }
    }

    #[cold]
    fn add<T>(
        &self,
        metadata: &'static Metadata<'static>,
        redactor: &Redactor,
        work: impl FnOnce(&Site) -> T,
    ) -> T {
        let plan = || Site::new(metadata, redactor);
        // Asked before the table is, which would have writers take turns.
        let known = if self.0.len() >= MAX_SITES {
            self.0.get(&metadata)
        } else {
            self.0.get_or_insert(&metadata, |position| (position < MAX_SITES).then(plan))
        };
        match known {
            Some(site) => work(site),
            None => work(&Site::new(metadata, redactor)),
        }
    }
}

impl Site {
    fn new(metadata: &'static Metadata<'static>, redactor: &Redactor) -> Self {
        let names: Vec<_> = metadata.fields().iter().map(|field| field.name()).collect();
        let plan = |(at, name): (usize, &&'static str)| {
            let later = names.get(at + 1..).unwrap_or_default();
            let is_last = !later.contains(name);
            let role = if is_last { role(name, metadata, &names, redactor) } else { Role::Dropped };
            Plan { key: name.strip_prefix("r#").unwrap_or(name), role }
        };
        let fields = names.iter().enumerate().map(plan).collect();
        Self { address: std::ptr::from_ref(metadata).addr(), fields }
    }

    /// How much its events tell of a failure, at most.
    pub(super) fn weight(&self) -> Weight {
        let has_failure = self.fields.iter().any(|plan| plan.role == Role::Failure);
        if has_failure { Weight::Failure } else { Weight::Message }
    }
}

fn role(name: &str, metadata: &Metadata<'_>, names: &[&str], redactor: &Redactor) -> Role {
    // Of several that say the same, the one named first in the list.
    let is_first = |roles: &[&str]| roles.iter().find(|role| names.contains(role)) == Some(&name);
    let of_log = metadata.target() == "log" && name.starts_with("log.");
    match name {
        _ if of_log => Role::Dropped,
        "message" => Role::Message,
        _ if redactor.hides(name) => Role::Hidden,
        _ if is_first(&ERRORS) => Role::Failure,
        _ if is_first(&STACKS) => Role::Stack,
        _ => Role::Field,
    }
}

impl Default for Sites {
    fn default() -> Self {
        Self(Table::new())
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
        site.address == std::ptr::from_ref(*self).addr()
    }
}

impl std::fmt::Debug for Sites {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sites").field("count", &self.0.len()).finish()
    }
}
