//! Call sites: what is the same for all their events is found out once.

use std::hash::Hasher;

use tracing::{Level, Metadata};

use crate::concurrent::{KeyHasher, Keyed, Query, Table};
use crate::context::REQUEST_SPAN;
use crate::redaction::Redactor;

use super::level::{Decision, Levels, Wanted};
use super::limit::Flood;
use super::line::Heading;
use super::members::Key;
use super::records::Records;
use super::schema::Schema;

/// A call site's plan and state. One of an event counts its flood here.
pub(super) struct Site {
    origin: Origin,
    pub(super) kind: Kind,
    pub(super) heading: Heading,
    /// By the index of the field.
    pub(super) fields: Box<[Plan]>,
    /// The same as records have them; none where there are none.
    pub(super) typed: Box<[Plan]>,
    pub(super) flood: Flood,
    /// The file and the line of the call site, where they are known.
    pub(super) source: Option<(&'static str, u32)>,
    decision: Decision,
}

/// What a site stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The call site whose metadata has this address.
    CallSite(usize),
    /// Records of the `log` crate with the heading's target and level, from this line.
    Log(Option<u32>),
    /// Lines of our own.
    Own,
}

/// Records of the `log` crate have a target of their own, and for a call site their line.
pub(super) struct LogTarget<'a> {
    pub(super) metadata: &'static Metadata<'static>,
    pub(super) target: &'a str,
    pub(super) line: Option<u32>,
}

/// Makes the plans of call sites.
pub(super) struct Planner<'a> {
    pub(super) schema: &'a Schema,
    pub(super) redactor: &'a Redactor,
    pub(super) records: Option<&'a Records>,
}

/// What is made at a call site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Event,
    /// A record of the `log` crate.
    Log,
    Span,
    /// The span of a request, whose fields are its context's.
    Request,
}

/// What becomes of one field.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) key: Key,
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

/// Plans past so many are made for each event anew.
const MAX_SITES: usize = 65_536;

const ERRORS: [&str; 3] = ["error", "err", "exception"];
const STACKS: [&str; 2] = ["stack", "backtrace"];
/// What spans are to be called and to say, when they are exported.
const OF_SPANS: [&str; 4] =
    ["otel.name", "otel.kind", "otel.status_code", "otel.status_description"];
const USERS: [&str; 3] = ["userId", "user_id", "user.id"];

impl Site {
    /// One without fields, for lines that come from no call site.
    pub(super) fn own(heading: Heading) -> Self {
        Self::new(Origin::Own, Kind::Event, heading)
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

    fn new(origin: Origin, kind: Kind, heading: Heading) -> Self {
        let (fields, typed) = (Box::default(), Box::default());
        let (flood, decision) = (Flood::default(), Decision::default());
        Self { origin, kind, heading, fields, typed, flood, source: None, decision }
    }
}

impl Planner<'_> {
    /// Runs `work` with the site of a call site's metadata.
    #[inline]
    pub(super) fn with<T>(
        &self,
        sites: &Table<Site>,
        metadata: &'static Metadata<'static>,
        work: impl FnOnce(&Site) -> T,
    ) -> T {
        match sites.get(&metadata) {
            Some(site) => work(site),
            None => add(sites, &metadata, || self.plan(metadata), work),
        }
    }

    /// The same with the site of a record of the `log` crate.
    pub(super) fn with_log<T>(
        &self,
        sites: &Table<Site>,
        target: &LogTarget<'_>,
        work: impl FnOnce(&Site) -> T,
    ) -> T {
        add(sites, target, || self.plan_log(target), work)
    }

    fn plan(&self, metadata: &'static Metadata<'static>) -> Site {
        let kind = if !metadata.is_span() {
            Kind::Event
        } else if metadata.target() == REQUEST_SPAN {
            Kind::Request
        } else {
            Kind::Span
        };
        let heading = self.schema.heading(*metadata.level(), metadata.target());
        let origin = Origin::CallSite(std::ptr::from_ref(metadata).addr());
        let source = metadata.file().zip(metadata.line());
        let fields = self.fields(metadata, kind, |name| self.schema.key(name));
        let typed = self.typed(metadata, kind);
        Site { fields, typed, source, ..Site::new(origin, kind, heading) }
    }

    fn plan_log(&self, of: &LogTarget<'_>) -> Site {
        let heading = self.schema.heading(*of.metadata.level(), of.target);
        let fields = self.fields(of.metadata, Kind::Log, |name| self.schema.key(name));
        let typed = self.typed(of.metadata, Kind::Log);
        Site { fields, typed, ..Site::new(Origin::Log(of.line), Kind::Log, heading) }
    }

    fn typed(&self, metadata: &'static Metadata<'static>, kind: Kind) -> Box<[Plan]> {
        let plans = |records: &Records| self.fields(metadata, kind, |name| records.key(name));
        self.records.map(plans).unwrap_or_default()
    }

    fn fields(
        &self,
        metadata: &'static Metadata<'static>,
        kind: Kind,
        key: impl Fn(&'static str) -> Key,
    ) -> Box<[Plan]> {
        let names: Vec<_> = metadata.fields().iter().map(|field| field.name()).collect();
        let plan = |(at, name): (usize, &&'static str)| {
            let later = names.get(at + 1..).unwrap_or_default();
            let role =
                if later.contains(name) { Role::Dropped } else { self.role(name, kind, &names) };
            Plan { key: key(name), role }
        };
        names.iter().enumerate().map(plan).collect()
    }

    fn role(&self, name: &str, kind: Kind, names: &[&str]) -> Role {
        // Of several that say the same, the one named first in the list.
        let is_first =
            |roles: &[&str]| roles.iter().find(|role| names.contains(role)) == Some(&name);
        let is_event = matches!(kind, Kind::Event | Kind::Log);
        let of_spans = kind == Kind::Span && OF_SPANS.contains(&name);
        if kind == Kind::Request || of_spans || (kind == Kind::Log && name.starts_with("log.")) {
            Role::Dropped
        } else if is_event && name == "message" {
            Role::Message
        } else if self.redactor.hides(name) {
            Role::Hidden
        } else if is_first(&USERS) {
            Role::User
        } else if is_event && is_first(&ERRORS) {
            Role::Failure
        } else if is_event && is_first(&STACKS) {
            Role::Stack
        } else {
            Role::Member
        }
    }
}

impl Keyed for Site {
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        match self.origin {
            Origin::CallSite(address) => hasher.write_usize(address),
            Origin::Log(line) => hash_log(&self.heading.target, line, hasher),
            Origin::Own => hasher.write(self.heading.target.as_bytes()),
        }
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
        site.origin == Origin::CallSite(std::ptr::from_ref(*self).addr())
    }
}

impl Query<Site> for LogTarget<'_> {
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        hash_log(self.target, self.line, hasher);
    }

    fn is_key_of(&self, site: &Site) -> bool {
        let Heading { level, target, .. } = &site.heading;
        site.origin == Origin::Log(self.line)
            && level == self.metadata.level()
            && **target == *self.target
    }
}

#[cold]
fn add<T>(
    sites: &Table<Site>,
    key: &impl Query<Site>,
    plan: impl Fn() -> Site,
    work: impl FnOnce(&Site) -> T,
) -> T {
    // Asked before the table is, which would have writers take turns.
    let known = if sites.len() >= MAX_SITES {
        sites.get(key)
    } else {
        sites.get_or_insert(key, |position| (position < MAX_SITES).then(&plan))
    };
    match known {
        Some(site) => work(site),
        None => work(&plan()),
    }
}

fn hash_log(target: &str, line: Option<u32>, hasher: &mut KeyHasher<'_>) {
    hasher.write(target.as_bytes());
    hasher.write_u32(line.unwrap_or_default());
}
