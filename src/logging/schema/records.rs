//! `LogRecord`: flat, named by OpenTelemetry's semantic conventions where they have a name.

use std::sync::Arc;

use tracing::Level;

use crate::config::LogLimits;
use crate::context::{Exchange, RequestContext, UNMATCHED};
use crate::logging::encode::{Encoder, Syntax, VALUE};
use crate::logging::line::Line;
use crate::logging::members::{Key, Rendered};
use crate::logging::summary::nanos;
use crate::protobuf::Message;
use crate::redaction::Redactor;

use super::table::Entry::Value;
use super::table::{Slot, Table};
use super::values::shape;

const TABLE: Table = Table {
    syntax: Syntax::AnyValue { longest: None },
    levels: ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"],
    entries: &[
        Value("target", Slot::Target),
        Value("request_id", Slot::RequestId),
        Value("http.route", Slot::Endpoint),
        Value("obskit.job", Slot::Job),
        Value("user.id", Slot::User),
        Value("exception.type", Slot::ErrorKind),
        Value("exception.message", Slot::ErrorMessage),
        Value("exception.stacktrace", Slot::ErrorStack),
        Value("error.id", Slot::ReportId),
        Value("http.request.method", Slot::Method),
        Value("http.response.status_code", Slot::Status),
        Value("rpc.grpc.status_code", Slot::GrpcStatus),
        Value("http.server.request.duration", Slot::DurationSeconds),
        Value("http.server.request.time_to_head", Slot::HeadSeconds),
        Value("http.request.body.size", Slot::RequestBytes),
        Value("http.response.body.size", Slot::ResponseBytes),
        Value("obskit.outcome", Slot::Outcome),
        Value("obskit.shape", Slot::Shape),
        Value("", Slot::Members),
    ],
    reserved: &[],
    is_nested: false,
};

/// Renders records, within limits.
#[derive(Debug)]
pub(in crate::logging) struct RecordSchema {
    encoder: Encoder,
    syntax: Syntax,
    /// The table's own attributes, each with its key as it is sent.
    own: Box<[(Slot, Vec<u8>)]>,
    max_attributes: u32,
}

/// A longer record loses the attributes that are too much.
const MAX_RECORD_BYTES: usize = 64 << 10;

/// Of `LogRecord`.
const TIME: u32 = 1;
const SEVERITY: u32 = 2;
const SEVERITY_TEXT: u32 = 3;
const BODY: u32 = 5;
const ATTRIBUTES: u32 = 6;
const DROPPED: u32 = 7;
const FLAGS: u32 = 8;
const TRACE_ID: u32 = 9;
const SPAN_ID: u32 = 10;
const OBSERVED: u32 = 11;

impl RecordSchema {
    pub(in crate::logging) fn new(limits: &LogLimits, redactor: Arc<Redactor>) -> Self {
        let syntax = Syntax::AnyValue { longest: limits.attribute_value_length };
        let own = TABLE.entries.iter().filter_map(|entry| match entry {
            Value(name, slot) if *slot != Slot::Members => Some((*slot, syntax.key(name))),
            _ => None,
        });
        let encoder = Encoder::new(syntax, redactor);
        Self { encoder, syntax, own: own.collect(), max_attributes: limits.attributes }
    }

    pub(in crate::logging) fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// The key of a user's field, which differs from those of the table. Not hot.
    pub(in crate::logging) fn key(&self, name: &'static str) -> Key {
        Key::new(name, self.syntax.key(&TABLE.place(name)).into())
    }

    /// Appends the record, and says whether attributes were lost to its length.
    pub(in crate::logging) fn write(&self, line: &Line<'_>, out: &mut Vec<u8>) -> bool {
        let (number, text) = severity(line.heading.level);
        let at = nanos(line.at);
        let mut record = Message::new(out);
        record.fixed64(TIME, at);
        record.number(SEVERITY, number);
        record.bytes(SEVERITY_TEXT, text.as_bytes());
        if !line.message.is_empty() {
            record.bytes(BODY, line.message);
        }
        let max = self.max_attributes;
        let mut attributes =
            Attributes { out: &mut *out, count: 0, max, dropped: 0, is_cut: false };
        self.own(line, &mut attributes);
        members(line, &mut attributes);
        let Attributes { dropped, is_cut, .. } = attributes;
        let mut record = Message::new(out);
        if dropped > 0 {
            record.number(DROPPED, dropped.into());
        }
        if let Some(ids) = line.span.or_else(|| line.context.map(RequestContext::ids)) {
            record.fixed32(FLAGS, ids.flags.to_byte().into());
            record.bytes(TRACE_ID, &ids.trace_id.to_bytes());
            record.bytes(SPAN_ID, &ids.span_id.to_bytes());
        }
        record.fixed64(OBSERVED, at);
        is_cut
    }

    fn own(&self, line: &Line<'_>, attributes: &mut Attributes<'_>) {
        let mut rendered = Vec::new();
        for (slot, key) in &self.own {
            let value = match (slot, line.failure) {
                (Slot::ErrorKind, Some(failure)) => &failure.kind,
                (Slot::ErrorMessage, Some(failure)) => &failure.message,
                (Slot::ErrorStack, Some(failure)) => &failure.stack,
                (Slot::User, _) if !line.user.is_empty() => line.user,
                _ => {
                    rendered.clear();
                    self.value(*slot, line, &mut rendered);
                    &*rendered
                }
            };
            if !value.is_empty() {
                attributes.add(key, value);
            }
        }
    }

    /// Renders what has no rendered value yet, if it is known.
    fn value(&self, slot: Slot, line: &Line<'_>, out: &mut Vec<u8>) {
        let text = match (slot, line.context, line.exchange) {
            (Slot::Target, ..) => Some(&*line.heading.target),
            (Slot::RequestId, Some(context), _) => Some(context.request_id().as_str()),
            (Slot::Endpoint, Some(context), _) if context.job().is_none() => {
                Some(context.endpoint()).filter(|route| *route != UNMATCHED)
            }
            (Slot::Job, Some(context), _) => context.job(),
            (Slot::ReportId, ..) => {
                let mut digits = [0; 32];
                let Some(id) = line.report else { return };
                id.write_hex(&mut digits);
                return self.syntax.text(str::from_utf8(&digits).unwrap_or_default(), out);
            }
            (Slot::User, Some(context), _) => {
                return if let Some(user) = context.user() {
                    self.encoder.text(user, out);
                };
            }
            (_, _, Some(exchange)) => return self.of_exchange(slot, exchange, out).unwrap_or(()),
            _ => None,
        };
        if let Some(text) = text {
            self.syntax.text(text, out);
        }
    }

    fn of_exchange(&self, slot: Slot, exchange: &Exchange<'_>, out: &mut Vec<u8>) -> Option<()> {
        let encoder = &self.encoder;
        match slot {
            Slot::Method => self.syntax.text(exchange.context.method(), out),
            Slot::Status => encoder.u64(exchange.status.into(), out),
            Slot::GrpcStatus => encoder.u64(exchange.grpc_status?.into(), out),
            Slot::DurationSeconds => encoder.f64(exchange.duration.as_secs_f64(), out),
            Slot::HeadSeconds => encoder.f64(exchange.time_to_head?.as_secs_f64(), out),
            Slot::RequestBytes => encoder.u64(exchange.request_bytes?, out),
            Slot::ResponseBytes => encoder.u64(exchange.response_bytes, out),
            Slot::Outcome => self.syntax.text(exchange.outcome.as_str(), out),
            Slot::Shape => self.syntax.text(str::from_utf8(shape(exchange.shape)?).ok()?, out),
            _ => {}
        }
        Some(())
    }
}

/// Those of a record, as far as they go.
struct Attributes<'a> {
    out: &'a mut Vec<u8>,
    count: u32,
    max: u32,
    dropped: u32,
    is_cut: bool,
}

impl Attributes<'_> {
    fn add(&mut self, key: &[u8], value: &[u8]) {
        let is_too_long = self.out.len() + key.len() + value.len() > MAX_RECORD_BYTES;
        if self.count >= self.max || is_too_long {
            self.dropped += 1;
            self.is_cut |= is_too_long;
            return;
        }
        self.count += 1;
        Message::new(self.out).message(ATTRIBUTES, |pair| {
            pair.raw(key);
            pair.bytes(VALUE, value);
        });
    }
}

/// The user's: of one name the innermost.
fn members(line: &Line<'_>, attributes: &mut Attributes<'_>) {
    for (n, group) in line.members.iter().enumerate() {
        let before = line.members.get(..n).unwrap_or_default();
        for Rendered { name, bit, key, value } in group.iter() {
            if !before.iter().any(|group| group.contains(name, bit)) {
                attributes.add(key, value);
            }
        }
    }
}

/// `SeverityNumber`, and what tracing calls it.
fn severity(level: Level) -> (u64, &'static str) {
    match level {
        Level::ERROR => (17, "ERROR"),
        Level::WARN => (13, "WARN"),
        Level::INFO => (9, "INFO"),
        Level::DEBUG => (5, "DEBUG"),
        Level::TRACE => (1, "TRACE"),
    }
}
