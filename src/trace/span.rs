//! A span that has ended, and the message it becomes.

use crate::context::{SpanId, SpanIds, TraceState};
use crate::export::otlp::Attributes;
use crate::protobuf::Message;

/// Everything that a `Span` message says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended<'a> {
    pub(crate) ids: SpanIds,
    pub(crate) parent: Option<SpanId>,
    /// Whether the parent is of another process.
    pub(crate) has_remote_parent: bool,
    pub(crate) tracestate: Option<&'a TraceState>,
    pub(crate) name: &'a str,
    pub(crate) kind: Kind,
    /// Nanoseconds since 1970.
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) attributes: &'a Attributes,
    /// `Span.Event` messages with their tags, and how many found no place.
    pub(crate) events: &'a [u8],
    pub(crate) dropped_events: u32,
    /// `Span.Link` messages with their tags, and how many found no place.
    pub(crate) links: &'a [u8],
    pub(crate) dropped_links: u32,
    pub(crate) status: Status<'a>,
}

/// `Span.SpanKind`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}

/// `Status`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status<'a> {
    Unset,
    Ok,
    /// With a description, which may be empty.
    Error(&'a str),
}

/// `SpanFlags`: the parent's place is known, and it is of another process.
const HAS_IS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

impl Ended<'_> {
    /// Writes the members of the message, in the order of their numbers.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let mut span = Message::new(out);
        span.bytes(1, &self.ids.trace_id.to_bytes());
        span.bytes(2, &self.ids.span_id.to_bytes());
        if let Some(state) = self.tracestate {
            span.bytes(3, state.as_header().as_bytes());
        }
        if let Some(parent) = self.parent {
            span.bytes(4, &parent.to_bytes());
        }
        span.bytes(5, self.name.as_bytes());
        span.number(6, self.kind as u64);
        span.fixed64(7, self.start);
        span.fixed64(8, self.end);
        span.raw(self.attributes.as_bytes());
        span.count(10, self.attributes.dropped());
        span.raw(self.events);
        span.count(12, self.dropped_events);
        span.raw(self.links);
        span.count(14, self.dropped_links);
        self.status.write(&mut span);
        let remote = if self.has_remote_parent { IS_REMOTE } else { 0 };
        span.fixed32(16, u32::from(self.ids.flags.to_byte()) | HAS_IS_REMOTE | remote);
    }
}

impl Status<'_> {
    fn write(self, span: &mut Message<'_>) {
        match self {
            Self::Unset => {}
            Self::Ok => span.message(15, |status| status.number(3, 1)),
            Self::Error(description) => span.message(15, |status| {
                if !description.is_empty() {
                    status.bytes(2, description.as_bytes());
                }
                status.number(3, 2);
            }),
        }
    }
}

impl Message<'_> {
    /// What was dropped, if anything was.
    pub(super) fn count(&mut self, field: u32, count: u32) {
        if count > 0 {
            self.number(field, count.into());
        }
    }
}
