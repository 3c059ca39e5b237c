//! A table made ready: constants gathered, keys written out, neighbours of one source in groups.

use std::mem;

use crate::config::Service;
use crate::logging::encode::{DIM, RESET, Syntax, escape};
use crate::logging::members;

use super::table::{Entry, Slot, Source, Table};

/// One step in writing a line.
#[derive(Debug)]
pub(super) enum Part {
    /// The heading's text of this number.
    Constant(usize),
    /// What a request says, which is always there, where there is a request; and what of it a span
    /// outside of any says.
    Context(Box<[Step]>, Box<[Step]>),
    /// Only where there is such a source.
    Group(Source, Box<[Part]>),
    /// What stands before and behind a value; nothing where there is none.
    Value { before: Box<[u8]>, slot: Slot, after: &'static [u8] },
    /// A key, and parts whose first separator makes way for a brace; nothing where all are empty.
    Object(Box<[u8]>, Box<[Part]>),
}

/// A text with room for values whose length is known, and at most one value behind it.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) text: Box<[u8]>,
    pub(super) fills: Vec<(usize, Slot)>,
    pub(super) slot: Option<Slot>,
}

/// What is found on the way.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// What stands before the message.
    pub(super) opening: &'static [Entry],
    /// The message's key.
    pub(super) message: Vec<u8>,
    /// What stands behind it.
    pub(super) after_message: &'static [u8],
    /// What stands in each of the heading's other texts.
    pub(super) constants: Vec<&'static [Entry]>,
    /// The names beside the user's fields on a finished request's line, each with its bit.
    pub(super) exchange: Vec<(&'static str, u64)>,
}

/// Texts of the heading before those of the layout's constants: the opening, the message's key.
pub(super) const OPENING: usize = 2;

const RED: &str = "\u{1b}[31m";
const BOLD: &str = "\u{1b}[1m";

/// The parts of a line behind its message. Before it there are constants in every table.
pub(super) fn line(table: &Table, service: &Service, layout: &mut Layout) -> Box<[Part]> {
    let is_message = |entry: &Entry| matches!(entry, Entry::Value(_, Slot::Message));
    let at = table.entries.iter().position(is_message).unwrap_or_default();
    let (opening, rest) = table.entries.split_at_checked(at).unwrap_or_default();
    let Some((message, rest)) = rest.split_first() else { return Box::default() };
    layout.opening = opening;
    (layout.message, layout.after_message) = around(message.name(), Slot::Message, table.syntax);
    parts(rest, table.syntax, service, layout)
}

/// What stands before and behind a value.
pub(super) fn around(name: &str, slot: Slot, syntax: Syntax) -> (Vec<u8>, &'static [u8]) {
    let mut before = if name.is_empty() { vec![b' '] } else { syntax.key(name) };
    let paint = match slot {
        Slot::Timestamp | Slot::Target => DIM,
        Slot::ErrorKind | Slot::ErrorMessage => RED,
        Slot::Message => BOLD,
        _ => "",
    };
    let after: &[u8] = match (syntax, slot) {
        (Syntax::Json { .. }, _) if slot.is_bare_text() => {
            before.push(b'"');
            b"\""
        }
        (Syntax::Pretty { colours: true }, _) if !paint.is_empty() => {
            before.extend_from_slice(paint.as_bytes());
            if slot == Slot::Target { b":\x1b[0m" } else { RESET.as_bytes() }
        }
        (Syntax::Pretty { .. }, Slot::Target) => b":",
        _ => b"",
    };
    (before, after)
}

fn parts(
    entries: &'static [Entry],
    syntax: Syntax,
    service: &Service,
    layout: &mut Layout,
) -> Box<[Part]> {
    let is_beside_members = entries.iter().any(|e| matches!(e, Entry::Value(_, Slot::Members)));
    let mut parts = Vec::new();
    for group in entries.chunk_by(|a, b| a.source() == b.source()) {
        let source = group.first().map_or(Source::Line, Entry::source);
        if source == Source::CallSite {
            parts.push(Part::Constant(OPENING + layout.constants.len()));
            layout.constants.push(group);
            continue;
        }
        if source == Source::Context {
            let of_span = group.iter().filter(|entry| entry.is_of_span());
            let of_span = steps(of_span, syntax, service);
            parts.push(Part::Context(steps(group, syntax, service), of_span));
            continue;
        }
        if source == Source::Exchange && is_beside_members {
            let names = group.iter().map(|entry| (entry.name(), members::bit(entry.name())));
            layout.exchange.extend(names);
        }
        let of_group = group.iter().filter_map(|entry| part(entry, syntax, service, layout));
        if source == Source::Line {
            parts.extend(of_group);
        } else {
            let of_group = of_group.collect();
            parts.push(Part::Group(source, of_group));
        }
    }
    parts.into()
}

fn part(
    entry: &'static Entry,
    syntax: Syntax,
    service: &Service,
    layout: &mut Layout,
) -> Option<Part> {
    match *entry {
        Entry::Fixed(..) => None,
        Entry::Object(name, entries) => {
            let parts = parts(entries, syntax, service, layout);
            Some(Part::Object(syntax.key(name).into(), parts))
        }
        Entry::Value(name, slot) => {
            let (before, after) = around(name, slot, syntax);
            Some(Part::Value { before: before.into(), slot, after })
        }
    }
}

fn steps<'a>(
    group: impl IntoIterator<Item = &'a Entry>,
    syntax: Syntax,
    service: &Service,
) -> Box<[Step]> {
    let (mut steps, mut text, mut fills) = (Vec::new(), Vec::new(), Vec::new());
    for entry in group {
        let Entry::Value(name, slot) = *entry else { continue };
        let (before, after) = around(name, slot, syntax);
        text.extend(before);
        if let (Slot::Trace, Some(project)) = (slot, project(service)) {
            text.extend_from_slice(b"projects/");
            escape(project, &mut text);
            text.extend_from_slice(b"/traces/");
        }
        if let Some(length) = slot.length() {
            fills.push((text.len(), slot));
            text.resize(text.len() + length, b'0');
        } else {
            let (text, fills) = (mem::take(&mut text).into(), mem::take(&mut fills));
            steps.push(Step { text, fills, slot: Some(slot) });
        }
        text.extend_from_slice(after);
    }
    steps.push(Step { text: text.into(), fills, slot: None });
    steps.into()
}

/// The Google Cloud project that the service's attributes name.
fn project(service: &Service) -> Option<&str> {
    let attribute = |name: &str| service.attributes.iter().find(|(key, _)| key == name);
    let named = attribute("gcp.project_id").or_else(|| {
        let provider = attribute("cloud.provider").filter(|(_, value)| value == "gcp");
        provider.and_then(|_| attribute("cloud.account.id"))
    });
    named.map(|(_, project)| project.as_str()).filter(|project| project.len() <= MAX_PROJECT_BYTES)
}

/// Google's own bound is 30; with a domain's name before it there may be more.
const MAX_PROJECT_BYTES: usize = 128;
