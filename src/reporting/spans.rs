//! Encoded spans, as Sentry has them.

use serde_json::{Map, Number, Value, json};

use crate::context::{SpanId, TraceId};
use crate::protobuf::{Field, fields};

/// What a `Span` message says, as far as Sentry has a place for it.
#[derive(Debug, Default)]
pub(super) struct Span {
    trace: String,
    id: String,
    parent: Option<String>,
    name: String,
    kind: u64,
    /// Nanoseconds since 1970.
    start: u64,
    end: u64,
    /// Its attributes.
    pub(super) data: Map<String, Value>,
    has_failed: bool,
}

const SERVER: u64 = 2;
const CLIENT: u64 = 3;
const PRODUCER: u64 = 4;
const CONSUMER: u64 = 5;
/// `Status.StatusCode.STATUS_CODE_ERROR`
const ERROR: u64 = 2;
/// What a status says beside its code; Sentry's name for it.
const FAILURE: &str = "sentry.status.message";

const QUERY: [&str; 4] = ["db.query.text", "db.statement", "db.system.name", "db.system"];
/// What databases and caches are called by those who call them.
const DATABASES: [&str; 10] = [
    "database",
    "db",
    "elastic",
    "maria",
    "mongo",
    "mysql",
    "oracle",
    "postgres",
    "sql",
    "cassandra",
];
const CACHES: [&str; 4] = ["cache", "memcached", "redis", "valkey"];

impl Span {
    /// None of what is no span.
    pub(super) fn read(message: &[u8]) -> Option<Self> {
        let mut span = Self::default();
        for member in fields(message) {
            match member? {
                (1, Field::Bytes(id)) => span.trace = trace_id(id)?,
                (2, Field::Bytes(id)) => span.id = span_id(id)?,
                (4, Field::Bytes(id)) => span.parent = Some(span_id(id)?),
                (5, Field::Bytes(name)) => text(name)?.clone_into(&mut span.name),
                (6, Field::Number(kind)) => span.kind = kind,
                (7, Field::Fixed64(time)) => span.start = time,
                (8, Field::Fixed64(time)) => span.end = time,
                (9, Field::Bytes(pair)) => span.data.extend(attribute(pair)),
                (15, Field::Bytes(status)) => span.take_status(status)?,
                _ => {}
            }
        }
        let is_whole = !span.trace.is_empty() && !span.id.is_empty();
        is_whole.then_some(span)
    }

    /// When it began, and when it ended, in seconds since 1970.
    pub(super) fn times(&self) -> [Value; 2] {
        [self.start, self.end.max(self.start)].map(seconds)
    }

    /// As a member of `spans`, and in other words as the context `trace`.
    pub(super) fn into_json(self) -> Map<String, Value> {
        let [start, end] = self.times();
        let (op, status, description) = (self.op(), self.status(), self.description());
        let Self { trace, id, parent, data, .. } = self;
        let members: [(&str, Value); 9] = [
            ("trace_id", trace.into()),
            ("span_id", id.into()),
            ("op", op.into()),
            ("status", status.into()),
            ("description", description.into()),
            ("start_timestamp", start),
            ("timestamp", end),
            ("origin", "auto.obskit".into()),
            ("data", data.into()),
        ];
        let parent = parent.map(|parent| ("parent_span_id", parent.into()));
        members.into_iter().chain(parent).map(|(key, value)| (key.to_owned(), value)).collect()
    }

    fn take_status(&mut self, status: &[u8]) -> Option<()> {
        for member in fields(status) {
            match member? {
                (2, Field::Bytes(message)) => {
                    self.data.insert(FAILURE.to_owned(), text(message)?.into());
                }
                (3, Field::Number(code)) => self.has_failed = code == ERROR,
                _ => {}
            }
        }
        Some(())
    }

    /// What was done, as
    /// <https://develop.sentry.dev/sdk/telemetry/traces/span-operations/> lists it.
    fn op(&self) -> &'static str {
        let is_grpc =
            [self.said("rpc.system.name"), self.said("rpc.system")].contains(&Some("grpc"));
        match self.kind {
            SERVER if is_grpc => "grpc.server",
            SERVER => "http.server",
            CLIENT if is_grpc => "grpc.client",
            CLIENT => self.call(),
            PRODUCER => "queue.publish",
            CONSUMER => "queue.process",
            _ if self.has("obskit.job") => "queue.task",
            _ if QUERY.iter().any(|key| self.has(key)) => self.call(),
            _ => "function",
        }
    }

    fn call(&self) -> &'static str {
        let system = self.said("db.system.name").or(self.said("db.system"));
        let peer = self.said("service.peer.name").unwrap_or_default().to_ascii_lowercase();
        let is = |names: &[&str]| names.iter().any(|name| peer.contains(name));
        match system {
            Some("redis" | "valkey" | "memcached") => "db.redis",
            Some(_) => "db",
            None if QUERY.iter().any(|key| self.has(key)) => "db",
            None if self.has("http.request.method") || self.has("http.method") => "http.client",
            None if self.has("rpc.method") => "rpc",
            None if is(&CACHES) => "db.redis",
            None if is(&DATABASES) => "db",
            None => "rpc",
        }
    }

    /// One of gRPC's names, which Sentry's are.
    fn status(&self) -> &'static str {
        if self.said("obskit.outcome") == Some("cancelled") {
            return "cancelled";
        }
        let http = self.data.get("http.response.status_code").and_then(Value::as_u64);
        let rpc = self.said("rpc.response.status_code").and_then(of_rpc);
        match rpc.or(http.map(of_http)) {
            None | Some("ok") if self.has_failed => "internal_error",
            Some(status) => status,
            None => "ok",
        }
    }

    /// What Sentry shows, and groups by: the statement, the address, else the name.
    fn description(&self) -> String {
        let statement = self.said("db.query.text").or(self.said("db.statement"));
        let asked = self.said("http.request.method").zip(self.said("url.full"));
        match (statement, asked) {
            (Some(statement), _) => statement.to_owned(),
            (None, Some((method, url))) => format!("{method} {url}"),
            (None, None) => self.name.clone(),
        }
    }

    fn has(&self, key: &str) -> bool {
        self.data.contains_key(key)
    }

    fn said(&self, key: &str) -> Option<&str> {
        self.data.get(key)?.as_str()
    }
}

fn trace_id(bytes: &[u8]) -> Option<String> {
    TraceId::from_bytes(bytes.try_into().ok()?).map(|id| id.to_string())
}

fn span_id(bytes: &[u8]) -> Option<String> {
    SpanId::from_bytes(bytes.try_into().ok()?).map(|id| id.to_string())
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

/// A `KeyValue`, unless JSON has no such value.
fn attribute(pair: &[u8]) -> Option<(String, Value)> {
    let (mut key, mut value) = (None, None);
    for member in fields(pair) {
        match member? {
            (1, Field::Bytes(name)) => key = text(name),
            (2, Field::Bytes(any)) => value = any_value(any),
            _ => {}
        }
    }
    Some((key?.to_owned(), value?))
}

/// An `AnyValue`; obskit's hold lists of plain values at most.
fn any_value(any: &[u8]) -> Option<Value> {
    match fields(any).next()?? {
        (5, Field::Bytes(list)) => {
            let items = fields(list).map_while(|item| match item? {
                (1, Field::Bytes(any)) => plain(any),
                _ => None,
            });
            Some(Value::Array(items.collect()))
        }
        _ => plain(any),
    }
}

fn plain(any: &[u8]) -> Option<Value> {
    match fields(any).next()?? {
        (1, Field::Bytes(bytes)) => Some(text(bytes)?.into()),
        (2, Field::Number(yes)) => Some((yes != 0).into()),
        (3, Field::Number(number)) => Some(number.cast_signed().into()),
        (4, Field::Fixed64(bits)) => Number::from_f64(f64::from_bits(bits)).map(Value::Number),
        _ => None,
    }
}

/// To a microsecond, which is as exact as such numbers are in this century.
#[expect(clippy::cast_precision_loss, reason = "a microsecond is kept")]
fn seconds(nanos: u64) -> Value {
    json!((nanos / 1_000) as f64 / 1e6)
}

/// As <https://develop.sentry.dev/sdk/foundations/transport/event-payloads/span/> has it.
fn of_http(status: u64) -> &'static str {
    match status {
        ..=399 => "ok",
        401 => "unauthenticated",
        403 => "permission_denied",
        404 => "not_found",
        409 => "already_exists",
        413 => "failed_precondition",
        429 => "resource_exhausted",
        499 => "cancelled",
        400..=499 => "invalid_argument",
        501 => "unimplemented",
        503 => "unavailable",
        504 => "deadline_exceeded",
        _ => "internal_error",
    }
}

/// Nearly always the same in lower case.
fn of_rpc(status: &str) -> Option<&'static str> {
    Some(match status {
        "OK" => "ok",
        "CANCELLED" => "cancelled",
        "UNKNOWN" => "unknown",
        "INVALID_ARGUMENT" => "invalid_argument",
        "DEADLINE_EXCEEDED" => "deadline_exceeded",
        "NOT_FOUND" => "not_found",
        "ALREADY_EXISTS" => "already_exists",
        "PERMISSION_DENIED" => "permission_denied",
        "RESOURCE_EXHAUSTED" => "resource_exhausted",
        "FAILED_PRECONDITION" => "failed_precondition",
        "ABORTED" => "aborted",
        "OUT_OF_RANGE" => "out_of_range",
        "UNIMPLEMENTED" => "unimplemented",
        "INTERNAL" => "internal_error",
        "UNAVAILABLE" => "unavailable",
        "DATA_LOSS" => "data_loss",
        "UNAUTHENTICATED" => "unauthenticated",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::Message;
    use proptest::prelude::*;

    /// Of one with every member that is read.
    fn message() -> Vec<u8> {
        let mut out = Vec::new();
        let mut span = Message::new(&mut out);
        span.bytes(1, &[7; 16]);
        span.bytes(2, &[8; 8]);
        span.bytes(4, &[9; 8]);
        span.bytes(5, b"work");
        span.number(6, CLIENT);
        span.fixed64(7, 1_500_000_000_123_456_789);
        span.fixed64(8, 1_500_000_001_123_456_789);
        let list = |list: &mut Message<'_>| {
            list.message(1, |any| any.number(3, 3));
            list.message(1, |any| any.bytes(1, b"kg"));
        };
        span.message(9, |pair| {
            pair.bytes(1, b"sets");
            pair.message(2, |any| any.message(5, list));
        });
        span.message(15, |status| {
            status.bytes(2, b"it broke");
            status.number(3, ERROR);
        });
        span.fixed32(16, 1);
        out
    }

    #[test]
    fn a_span_is_told_whole() {
        let told = Span::read(&message()).unwrap().into_json();
        let expected = json!({
            "trace_id": "07".repeat(16),
            "span_id": "08".repeat(8),
            "parent_span_id": "09".repeat(8),
            "op": "rpc",
            "status": "internal_error",
            "description": "work",
            "start_timestamp": 1_500_000_000.123_456,
            "timestamp": 1_500_000_001.123_456,
            "origin": "auto.obskit",
            "data": { "sets": [3, "kg"], "sentry.status.message": "it broke" },
        });
        assert_eq!(Value::from(told), expected);
    }

    #[test]
    fn what_is_cut_off_is_read_as_far_as_it_goes_or_not_at_all() {
        let message = message();
        for end in 0..message.len() {
            if let Some(span) = message.get(..end).and_then(Span::read) {
                assert_eq!((span.trace.len(), span.id.len()), (32, 16), "{end}");
            }
        }
        assert!(Span::read(&[]).is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much(bytes: Vec<u8>, at: prop::sample::Index, byte: u8) {
            drop(Span::read(&bytes).map(Span::into_json));
            let mut message = message();
            let at = at.index(message.len());
            message[at] = byte;
            drop(Span::read(&message).map(Span::into_json));
        }
    }
}
