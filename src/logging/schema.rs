//! What a line is called and in which order it stands: a table for each format, and the engine
//! that writes lines by it.

mod app;
mod ecs;
mod gcp;
mod key;
mod logfmt;
mod otel;
mod parts;
mod pretty;
#[cfg(feature = "otlp")]
mod records;
mod room;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod writer;

use std::sync::Arc;

use tracing::Level;

use crate::config::{LogFormat, Service};
use crate::redaction::{MAX_VALUE_BYTES, Redactor};

use super::encode::{Encoder, cut};
use super::line::{Heading, Line};
use super::members::Key;

#[cfg(feature = "otlp")]
pub(super) use records::RecordSchema;

use parts::{Layout, Part};
use table::{Entry, Slot, Table};
use writer::Writer;

/// The longest line in bytes, its newline included.
pub(super) const MAX_LINE_BYTES: usize = 16 << 10;
// So that a value that was stopped early is seen not to fit.
const _: () = assert!(MAX_LINE_BYTES <= MAX_VALUE_BYTES);
/// A longer constant, such as a service's name, is cut.
const MAX_CONSTANT_BYTES: usize = 512;
/// Keeps the place of a line's moment in its heading.
const MOMENT: &str = "0000-00-00T00:00:00.000000Z";

/// One format's table, made ready for one service.
#[derive(Debug)]
pub(super) struct Schema {
    table: &'static Table,
    encoder: Encoder,
    service: Service,
    parts: Box<[Part]>,
    layout: Layout,
}

impl Schema {
    /// `Auto` counts as `App`. Only `Pretty` has colours.
    pub(super) fn new(
        format: LogFormat,
        service: &Service,
        colours: bool,
        redactor: Arc<Redactor>,
    ) -> Self {
        let table = match format {
            LogFormat::Auto | LogFormat::App => &app::TABLE,
            LogFormat::Otel => &otel::TABLE,
            LogFormat::Ecs => &ecs::TABLE,
            LogFormat::Gcp => &gcp::TABLE,
            LogFormat::Logfmt => &logfmt::TABLE,
            LogFormat::Pretty if colours => &pretty::COLOURED,
            LogFormat::Pretty => &pretty::PLAIN,
        };
        let mut layout = Layout::default();
        let parts = parts::line(table, service, &mut layout);
        let encoder = Encoder::new(table.syntax, redactor);
        Self { table, encoder, service: service.clone(), parts, layout }
    }

    /// Renders this schema's values.
    #[inline]
    pub(super) fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// What is the same on every line of a call site. Not hot.
    pub(super) fn heading(&self, level: Level, target: &str) -> Heading {
        let (layout, mut bytes, mut ends) = (&self.layout, Vec::new(), Vec::new());
        self.constants(layout.opening, level, target, &mut bytes);
        // The first separator makes way for what a line begins with.
        bytes.splice(..1, self.table.syntax.is_json().then_some(b'{'));
        ends.push(bytes.len());
        let moment = bytes.windows(MOMENT.len()).position(|window| window == MOMENT.as_bytes());
        bytes.extend_from_slice(&layout.message);
        ends.push(bytes.len());
        for entries in &layout.constants {
            self.constants(entries, level, target, &mut bytes);
            ends.push(bytes.len());
        }
        Heading {
            level,
            target: target.into(),
            bytes: bytes.into(),
            ends: ends.into(),
            moment: moment.unwrap_or_default(),
        }
    }

    /// The key of a user's field, for `Members::put`; it differs from every key of the schema's own
    /// and from the keys of all other names. Not hot.
    pub(super) fn key(&self, name: &'static str) -> Key {
        // A longer one has no room on any line, so that it need not differ from others.
        let known = name.get(..name.floor_char_boundary(MAX_LINE_BYTES)).unwrap_or(name);
        Key::new(name, self.table.syntax.key(&self.table.place(known)).into())
    }

    /// Appends the line, its newline included, and says whether it had to be cut.
    #[inline]
    pub(super) fn write(&self, line: &Line<'_>, out: &mut Vec<u8>) -> bool {
        let start = out.len();
        Writer::new(self, line, out).line();
        if out.len() - start <= MAX_LINE_BYTES {
            return false;
        }
        Writer::cut(self, line, start, out);
        true
    }

    fn constants(&self, entries: &[Entry], level: Level, target: &str, out: &mut Vec<u8>) {
        for entry in entries {
            let (name, text, slot) = match *entry {
                Entry::Object(name, entries) => {
                    let mut inner = Vec::new();
                    self.constants(entries, level, target, &mut inner);
                    inner.splice(..1, *b"{");
                    out.extend(self.table.syntax.key(name).into_iter().chain(inner).chain(*b"}"));
                    continue;
                }
                Entry::Fixed(name, text) => (name, text, Slot::Service),
                Entry::Value(name, slot) => (name, self.text(slot, level, target), slot),
            };
            if !text.is_empty() {
                self.constant(name, text, slot, out);
            }
        }
    }

    fn constant(&self, name: &str, text: &str, slot: Slot, out: &mut Vec<u8>) {
        let (before, after) = parts::around(name, slot, self.table.syntax);
        let mut value = Vec::new();
        match slot {
            // Its text is the table's own, with colours, or a number.
            Slot::Level if !self.table.syntax.is_json() => value.extend_from_slice(text.as_bytes()),
            Slot::SeverityNumber | Slot::Timestamp => value.extend_from_slice(text.as_bytes()),
            _ => self.table.syntax.text(text, &mut value),
        }
        let (kept, end) = cut(&value, MAX_CONSTANT_BYTES).unwrap_or_default();
        out.extend([&before, kept, end, after].into_iter().flatten());
    }

    /// The text of a constant; empty if it is unknown.
    fn text<'a>(&'a self, slot: Slot, level: Level, target: &'a str) -> &'a str {
        let Service { name, version, environment, instance, .. } = &self.service;
        let rank = match level {
            Level::ERROR => 0,
            Level::WARN => 1,
            Level::INFO => 2,
            Level::DEBUG => 3,
            Level::TRACE => 4,
        };
        match slot {
            Slot::Level => self.table.levels.get(rank).copied().unwrap_or_default(),
            Slot::SeverityNumber => {
                ["17", "13", "9", "5", "1"].get(rank).copied().unwrap_or_default()
            }
            Slot::Timestamp => MOMENT,
            Slot::Target => target,
            Slot::Service => name,
            Slot::Version => version.as_deref().unwrap_or_default(),
            Slot::Environment => environment.as_deref().unwrap_or_default(),
            Slot::Instance => instance.as_deref().unwrap_or_default(),
            _ => "",
        }
    }
}
