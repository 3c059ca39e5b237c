//! The same line written by hand, with nothing but the work in it: the limit of its budgets.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Dispatch, Event, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry;
use tracing_subscriber::registry::LookupSpan;

use super::Logger;

/// A layer on the registry that writes a line into a buffer and counts its bytes.
#[derive(Debug, Default)]
pub struct ByHand {
    written: AtomicU64,
}

/// A span's fields as they stand on a line.
struct Fields(Vec<u8>);

/// What a thread writes its lines in.
struct Line {
    bytes: Vec<u8>,
    fields: Vec<u8>,
    second: u64,
    /// The date and time of `second`.
    time: String,
}

struct Writer<'a> {
    message: &'a mut Vec<u8>,
    fields: &'a mut Vec<u8>,
}

struct Escaped<'a>(&'a mut Vec<u8>);

/// What a request says of itself on each of its lines.
const REQUEST: &str = concat!(
    r#","target":"bench","service":"bench","version":"0.1.0","environment":"bench","#,
    r#""requestId":"0192f7a1-7c1e-7e0a-9b52-3c1f2a4d5e6f","#,
    r#""traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","#,
    r#""endpoint":"/users/{id}","metadata":{"#,
);

thread_local! {
    static LINE: RefCell<Line> = const {
        RefCell::new(Line { bytes: Vec::new(), fields: Vec::new(), second: 0, time: String::new() })
    };
}

impl Logger for ByHand {
    const NAME: &'static str = "hand-written";

    fn subscriber() -> Dispatch {
        Dispatch::new(registry().with(Self::default()).with(LevelFilter::INFO))
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for ByHand {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Vec::with_capacity(128);
        attributes.record(&mut Writer { message: &mut Vec::new(), fields: &mut fields });
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Fields(fields));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        LINE.with_borrow_mut(|line| {
            line.bytes.clear();
            line.fields.clear();
            line.start();
            event.record(&mut Writer { message: &mut line.bytes, fields: &mut line.fields });
            line.bytes.extend_from_slice(black_box(REQUEST).as_bytes());
            line.bytes.extend_from_slice(&line.fields);
            let mut span = context.lookup_current();
            while let Some(inner) = span {
                let extensions = inner.extensions();
                let fields = extensions.get::<Fields>().map(|fields| fields.0.as_slice());
                line.bytes.extend_from_slice(fields.unwrap_or_default());
                drop(extensions);
                span = inner.parent();
            }
            line.bytes.pop();
            line.bytes.extend_from_slice(b"}}\n");
            self.written.fetch_add(line.bytes.len() as u64, Ordering::Relaxed);
            black_box(&line.bytes);
        });
    }
}

impl Line {
    fn start(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        if now.as_secs() != self.second {
            self.second = now.as_secs();
            self.time = date_and_time(self.second);
        }
        self.bytes.extend_from_slice(br#"{"timestamp":""#);
        self.bytes.extend_from_slice(self.time.as_bytes());
        // The digit in front keeps the zeros that follow it.
        let mut digits = itoa::Buffer::new();
        let micros = digits.format(1_000_000 + now.subsec_micros()).as_bytes();
        self.bytes.extend_from_slice(micros.get(1..).unwrap_or_default());
        self.bytes.extend_from_slice(br#"Z","level":"info""#);
    }
}

impl Writer<'_> {
    /// Where the value belongs, the key written.
    fn key(&mut self, field: &Field) -> &mut Vec<u8> {
        if field.name() == "message" {
            self.message.extend_from_slice(br#","message":"#);
            return self.message;
        }
        self.fields.reserve(field.name().len() + 3);
        self.fields.push(b'"');
        self.fields.extend_from_slice(field.name().as_bytes());
        self.fields.extend_from_slice(br#"":"#);
        self.fields
    }

    fn end(&mut self, field: &Field) {
        if field.name() != "message" {
            self.fields.push(b',');
        }
    }

    fn plain(&mut self, field: &Field, value: &str) {
        self.key(field).extend_from_slice(value.as_bytes());
        self.end(field);
    }
}

impl Visit for Writer<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.plain(field, zmij::Buffer::new().format(value));
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field, itoa::Buffer::new().format(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field, itoa::Buffer::new().format(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field, if value { "true" } else { "false" });
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let out = self.key(field);
        out.push(b'"');
        escape(value, out);
        out.push(b'"');
        self.end(field);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let out = self.key(field);
        out.push(b'"');
        let _ = write!(Escaped(out), "{value:?}");
        out.push(b'"');
        self.end(field);
    }
}

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(text, self.0);
        Ok(())
    }
}

fn escape(text: &str, out: &mut Vec<u8>) {
    // Every byte is looked at; none of these texts has one to escape.
    if text.bytes().any(|byte| matches!(byte, ..0x20 | 0x7f.. | b'"' | b'\\')) {
        out.extend(text.escape_default().map(|char| char as u8));
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

/// `2026-01-02T03:04:05.`, by the days of the civil calendar.
fn date_and_time(second: u64) -> String {
    let (days, second) = (second / 86_400 + 719_468, second % 86_400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = (400 * era + year + u64::from(month > 9), month % 12 + 3);
    let month = if month > 12 { month - 12 } else { month };
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.")
}
