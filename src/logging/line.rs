//! What a line says, before any schema has put it into words.

use std::time::SystemTime;

use tracing::Level;

use crate::context::{EventId, Exchange, RequestContext, SpanIds};

use super::members::Members;

/// Everything on one line. A schema decides what it is called and in which order it stands.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) at: SystemTime,
    /// What is the same on every line of a call site.
    pub(super) heading: &'a Heading,
    /// The message as `Encoder::message` renders it; empty if there is none.
    pub(super) message: &'a [u8],
    pub(super) context: Option<&'a RequestContext>,
    /// The innermost span that is recorded, where that is not the request's own.
    pub(super) span: Option<SpanIds>,
    /// A `userId` field's rendered value, where the context knows no user; else empty.
    pub(super) user: &'a [u8],
    pub(super) failure: Option<&'a Failure>,
    /// The identity of the failure that it tells of, where that is reported.
    pub(super) report: Option<EventId>,
    /// The event's own, then those of its spans from the innermost out. Of members with one name
    /// the first stands.
    pub(super) members: &'a [&'a Members],
    /// On a request's own line.
    pub(super) exchange: Option<&'a Exchange<'a>>,
}

/// What is the same on every line of a call site, as it stands there: made once, by
/// `Schema::heading`.
#[derive(Debug)]
pub(super) struct Heading {
    pub(super) level: Level,
    pub(super) target: Box<str>,
    /// The line up to the message, the message's key, then a text for each place of the schema
    /// that has constants.
    pub(super) bytes: Box<[u8]>,
    /// Where each of them ends.
    pub(super) ends: Box<[usize]>,
    /// Where the moment goes.
    pub(super) moment: usize,
}

/// An error as rendered values; each is empty if unknown. Cleared and used again.
#[derive(Debug, Default)]
pub(super) struct Failure {
    pub(super) kind: Vec<u8>,
    pub(super) message: Vec<u8>,
    pub(super) stack: Vec<u8>,
}

impl Failure {
    pub(super) fn clear(&mut self) {
        self.kind.clear();
        self.message.clear();
        self.stack.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kind.is_empty() && self.message.is_empty() && self.stack.is_empty()
    }
}
