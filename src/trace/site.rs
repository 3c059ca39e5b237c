//! Call sites of `tracing`: what becomes of their fields is found out once.

use std::hash::Hasher;

use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

use crate::concurrent::{KeyHasher, Keyed, Query, Table};
use crate::config::{self, directives};
use crate::context::REQUEST_SPAN;
use crate::redaction::Redactor;

/// A call site's plan.
#[derive(Debug)]
pub(super) struct Site {
    address: usize,
    /// Whether its spans are recorded, or its events noted.
    pub(super) is_wanted: bool,
    /// Its events tell of a panic.
    pub(super) is_panic: bool,
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
    Attribute,
    /// An attribute whose value is not shown.
    Hidden,
    /// A later field has its name, or it is the `log` crate's own.
    Dropped,
    // Of a span.
    Name,
    Kind,
    StatusCode,
    StatusDescription,
    // Of an event.
    Message,
    /// An error: its type, its message and its causes.
    Failure,
    Stack,
}

/// The call sites that were met, and what is wanted of them.
pub(super) struct Sites {
    table: Table<Site>,
    /// Of spans.
    directives: Targets,
    /// Of events.
    level: LevelFilter,
}

/// Plans past so many are made anew each time.
const MAX_SITES: usize = 65_536;

const ERRORS: [&str; 3] = ["error", "err", "exception"];
const STACKS: [&str; 2] = ["stack", "backtrace"];
/// The target of the panic hook's event.
const PANIC: &str = "panic";

impl Sites {
    pub(super) fn new(settings: &config::Traces) -> Self {
        // They were checked with the other settings.
        let directives = directives::parse(&settings.directives, LevelFilter::OFF);
        Self {
            table: Table::new(),
            directives: directives.unwrap_or_default(),
            level: settings.events,
        }
    }

    /// Runs `work` with the site of a call site's metadata.
    #[inline]
    pub(super) fn with<T>(
        &self,
        metadata: &'static Metadata<'static>,
        redactor: &Redactor,
        work: impl FnOnce(&Site) -> T,
    ) -> T {
        match self.table.get(&metadata) {
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
        let plan = || self.plan(metadata, redactor);
        // Asked before the table is, which would have writers take turns.
        let known = if self.table.len() >= MAX_SITES {
            self.table.get(&metadata)
        } else {
            self.table.get_or_insert(&metadata, |position| (position < MAX_SITES).then(plan))
        };
        match known {
            Some(site) => work(site),
            None => work(&self.plan(metadata, redactor)),
        }
    }

    fn plan(&self, metadata: &'static Metadata<'static>, redactor: &Redactor) -> Site {
        let (target, level) = (metadata.target(), *metadata.level());
        let is_wanted = if metadata.is_span() {
            target != REQUEST_SPAN && self.directives.would_enable(target, &level)
        } else {
            level <= self.level
        };
        let names: Vec<_> = metadata.fields().iter().map(|field| field.name()).collect();
        let plan = |(at, name): (usize, &&'static str)| {
            let later = names.get(at + 1..).unwrap_or_default();
            let is_last = !later.contains(name);
            let role = if is_last { role(name, metadata, &names, redactor) } else { Role::Dropped };
            Plan { key: name.strip_prefix("r#").unwrap_or(name), role }
        };
        Site {
            address: std::ptr::from_ref(metadata).addr(),
            is_wanted,
            is_panic: !metadata.is_span() && target == PANIC,
            fields: names.iter().enumerate().map(plan).collect(),
        }
    }
}

fn role(name: &str, metadata: &Metadata<'_>, names: &[&str], redactor: &Redactor) -> Role {
    // Of several that say the same, the one named first in the list.
    let is_first = |roles: &[&str]| roles.iter().find(|role| names.contains(role)) == Some(&name);
    let of_log = metadata.target() == "log" && name.starts_with("log.");
    match name {
        _ if of_log => Role::Dropped,
        _ if metadata.is_span() => match name {
            "otel.name" => Role::Name,
            "otel.kind" => Role::Kind,
            "otel.status_code" => Role::StatusCode,
            "otel.status_description" => Role::StatusDescription,
            _ if redactor.hides(name) => Role::Hidden,
            _ => Role::Attribute,
        },
        "message" => Role::Message,
        _ if redactor.hides(name) => Role::Hidden,
        _ if is_first(&ERRORS) => Role::Failure,
        _ if is_first(&STACKS) => Role::Stack,
        _ => Role::Attribute,
    }
}

impl Site {
    /// Whether its events may tell of an error.
    pub(super) fn has_failure(&self) -> bool {
        self.is_panic || self.fields.iter().any(|plan| plan.role == Role::Failure)
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
        f.debug_struct("Sites").field("directives", &self.directives).finish_non_exhaustive()
    }
}
