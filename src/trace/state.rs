//! What is told of a span while it lives, in memory that is used again.

use std::cell::Cell;
use std::time::Instant;

use crate::export::otlp::{Attributes, Limits};

use super::Status;
use super::fields::{Code, Fields};
use super::local::first;
use super::parts::Parts;

/// What has been told of a span so far.
#[derive(Debug)]
pub(super) struct State {
    pub(super) fields: Fields,
    pub(super) events: Parts,
    pub(super) links: Parts,
    /// An error was told in it.
    pub(super) has_failed: bool,
    pub(super) timings: Option<Timings>,
}

/// How long it was entered, and how long it was not.
#[derive(Debug)]
pub(super) struct Timings {
    busy: u64,
    idle: u64,
    last: Instant,
}

/// How many a thread keeps for use again, and how much memory each may have.
const MAX_POOLED: usize = 64;
const MAX_POOLED_BYTES: usize = 8 << 10;

thread_local! {
    #[expect(clippy::vec_box, reason = "they move in and out as they are")]
    static POOL: Cell<Vec<Box<State>>> = const { Cell::new(Vec::new()) };
}

impl State {
    /// An empty one.
    pub(super) fn take() -> Box<Self> {
        let pooled = POOL.try_with(|pool| {
            let mut states = pool.take();
            let state = states.pop();
            pool.set(states);
            state
        });
        pooled.ok().flatten().unwrap_or_else(|| Box::new(Self::new()))
    }

    /// Keeps its memory for another one.
    pub(super) fn recycle(mut self: Box<Self>) {
        let Self { fields, events, links, .. } = &*self;
        let bytes = fields.capacity() + events.bytes.capacity() + links.bytes.capacity();
        if bytes > MAX_POOLED_BYTES {
            return;
        }
        self.fields.clear();
        self.events.clear();
        self.links.clear();
        (self.has_failed, self.timings) = (false, None);
        let _ = POOL.try_with(|pool| {
            let mut states = pool.take();
            if states.len() < MAX_POOLED {
                states.push(self);
            }
            pool.set(states);
        });
    }

    /// What `otel.name` says.
    pub(super) fn name(&self) -> Option<&str> {
        let name = first(&self.fields.told.name);
        (!name.is_empty()).then_some(name)
    }

    /// Says that an error happened in it. The last one counts.
    pub(super) fn fail(&mut self, description: &str) {
        self.has_failed = true;
        description.clone_into(&mut self.fields.told.failure);
    }

    /// What its fields say, else whether an error was told in it.
    pub(super) fn status(&self) -> Status<'_> {
        let told = &self.fields.told;
        let described = if told.description.is_empty() { &told.failure } else { &told.description };
        match told.code {
            Some(Code::Ok) => Status::Ok,
            Some(Code::Error) => Status::Error(described),
            None if self.has_failed || !told.description.is_empty() => Status::Error(described),
            Some(Code::Unset) | None => Status::Unset,
        }
    }

    fn new() -> Self {
        Self {
            fields: Fields::new(Attributes::SPAN),
            events: Parts::default(),
            links: Parts::default(),
            has_failed: false,
            timings: None,
        }
    }
}

impl Fields {
    /// Takes what was told later, in place of what was before.
    pub(super) fn merge(&mut self, later: &Self, limits: Limits) {
        self.attributes.merge(&later.attributes, limits);
        let (told, later) = (&mut self.told, &later.told);
        told.kind = later.kind.or(told.kind);
        told.code = later.code.or(told.code);
        if !later.name.is_empty() {
            told.name.clone_from(&later.name);
        }
        if !later.description.is_empty() {
            told.description.clone_from(&later.description);
        }
    }
}

impl Timings {
    pub(super) fn new(now: Instant) -> Self {
        Self { busy: 0, idle: 0, last: now }
    }

    /// It was busy up to now, or idle.
    pub(super) fn turn(&mut self, now: Instant, was_busy: bool) {
        let spent = now.saturating_duration_since(self.last).as_nanos();
        let spent = u64::try_from(spent).unwrap_or(u64::MAX);
        let sum = if was_busy { &mut self.busy } else { &mut self.idle };
        *sum = sum.saturating_add(spent);
        self.last = now;
    }

    /// Nanoseconds it was busy and idle up to its end.
    pub(super) fn until(&self, end: Instant) -> [i64; 2] {
        let rest = end.saturating_duration_since(self.last).as_nanos();
        let idle = u128::from(self.idle) + rest;
        [i64::try_from(self.busy).unwrap_or(i64::MAX), i64::try_from(idle).unwrap_or(i64::MAX)]
    }
}
