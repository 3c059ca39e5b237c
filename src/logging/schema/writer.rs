//! Writes one line by a schema's parts.

use crate::logging::encode::cut;
use crate::logging::line::{Heading, Line};
use crate::logging::members::{Members, Rendered};
use crate::logging::timestamp;

use super::parts::Part;
use super::room::Room;
use super::table::{Slot, Source};
use super::{MAX_LINE_BYTES, Schema};

pub(super) struct Writer<'a> {
    pub(super) schema: &'a Schema,
    pub(super) line: &'a Line<'a>,
    pub(super) out: &'a mut Vec<u8>,
    pass: Pass,
}

/// What becomes of the values that have no bound of their own: the message, the error's and the
/// user's.
#[derive(Debug)]
enum Pass {
    /// They are written as they are.
    Whole,
    /// They are left out, to learn how much room there is for them.
    Without,
    /// They share the room.
    Shared(Room),
}

const TRUNCATED: &[u8] = b"true";
/// For what is there only where values are: objects around them, and the word that they were cut.
const SPARE_BYTES: usize = 128;

impl<'a> Writer<'a> {
    pub(super) fn new(schema: &'a Schema, line: &'a Line<'a>, out: &'a mut Vec<u8>) -> Self {
        Self { schema, line, out, pass: Pass::Whole }
    }

    /// Writes the line again, which has turned out too long.
    #[cold]
    pub(super) fn cut(schema: &Schema, line: &Line<'_>, start: usize, out: &mut Vec<u8>) {
        let whole = out.len() - start;
        out.truncate(start);
        Writer { schema, line, out, pass: Pass::Without }.line();
        let fixed = out.len() - start;
        out.truncate(start);
        let room = Room::new(
            MAX_LINE_BYTES.saturating_sub(fixed + SPARE_BYTES),
            whole.saturating_sub(fixed),
        );
        Writer { schema, line, out, pass: Pass::Shared(room) }.line();
    }

    #[inline]
    pub(super) fn line(&mut self) {
        let schema = self.schema;
        self.opening();
        self.parts(&schema.parts);
        self.out.extend_from_slice(if schema.table.syntax.is_json() { b"}\n" } else { b"\n" });
    }

    #[inline]
    fn opening(&mut self) {
        let (start, line, layout) = (self.out.len(), self.line, &self.schema.layout);
        let Heading { bytes, ends, moment, .. } = line.heading;
        let [opening, key, ..] = **ends else { return };
        let is_whole = matches!(self.pass, Pass::Whole) && !line.message.is_empty();
        let shown = if is_whole { key } else { opening };
        self.out.extend_from_slice(bytes.get(..shown).unwrap_or_default());
        self.fill(start + moment, &timestamp::text(line.at));
        if is_whole {
            self.out.extend_from_slice(line.message);
            self.out.extend_from_slice(layout.after_message);
        } else {
            self.unbounded(&layout.message, line.message, layout.after_message);
        }
    }

    /// Writes over what keeps a value's place.
    #[inline]
    pub(super) fn fill<const LENGTH: usize>(&mut self, at: usize, value: &[u8; LENGTH]) {
        if let Some(place) = self.out.get_mut(at..).and_then(|out| out.first_chunk_mut()) {
            *place = *value;
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Constant(n) => self.constant(*n),
                Part::Value { before, slot, after } => self.value(before, *slot, after),
                Part::Context(of_request, of_span) => self.context(of_request, of_span),
                Part::Group(source, parts) if self.has(*source) => self.parts(parts),
                Part::Group(..) => {}
                Part::Object(key, parts) => self.object(key, parts),
            }
        }
    }

    #[inline]
    fn constant(&mut self, n: usize) {
        let heading = self.line.heading;
        let start = n.checked_sub(1).and_then(|before| heading.ends.get(before).copied());
        let end = heading.ends.get(n).copied().unwrap_or_default();
        let text = heading.bytes.get(start.unwrap_or(0)..end).unwrap_or_default();
        self.out.extend_from_slice(text);
    }

    #[inline]
    fn has(&self, source: Source) -> bool {
        match source {
            Source::CallSite | Source::Line | Source::Context => true,
            Source::Failure => self.line.failure.is_some() || self.line.report.is_some(),
            Source::Exchange => self.line.exchange.is_some(),
        }
    }

    fn object(&mut self, key: &[u8], parts: &[Part]) {
        let start = self.out.len();
        self.out.extend_from_slice(key);
        let inner = self.out.len();
        self.parts(parts);
        match self.out.get_mut(inner) {
            // The first separator.
            Some(first) => {
                *first = b'{';
                self.out.push(b'}');
            }
            None => self.out.truncate(start),
        }
    }

    #[inline]
    fn value(&mut self, before: &[u8], slot: Slot, after: &[u8]) {
        let line = self.line;
        match slot {
            Slot::Members => self.members(),
            Slot::ErrorKind | Slot::ErrorMessage | Slot::ErrorStack => {
                let Some(failure) = line.failure else { return };
                let value = match slot {
                    Slot::ErrorKind => &failure.kind,
                    Slot::ErrorMessage => &failure.message,
                    _ => &failure.stack,
                };
                self.unbounded(before, value, after);
            }
            Slot::User if !self.knows_user() => self.unbounded(before, line.user, after),
            Slot::Truncated => {
                if matches!(&self.pass, Pass::Shared(room) if room.is_cut) {
                    self.out.extend([before, TRUNCATED, after].into_iter().flatten());
                }
            }
            _ => {
                let start = self.out.len();
                self.out.extend_from_slice(before);
                if self.bounded(slot) {
                    self.out.extend_from_slice(after);
                } else {
                    self.out.truncate(start);
                }
            }
        }
    }

    #[inline]
    fn knows_user(&self) -> bool {
        self.line.context.is_some_and(|context| context.user().is_some())
    }

    /// Writes a value that may be longer than the line.
    #[inline]
    fn unbounded(&mut self, before: &[u8], value: &[u8], after: &[u8]) {
        if value.is_empty() {
            return;
        }
        match &mut self.pass {
            Pass::Whole => {
                self.out.extend_from_slice(before);
                self.out.extend_from_slice(value);
                self.out.extend_from_slice(after);
            }
            Pass::Without => {}
            Pass::Shared(room) => share(room, [before, value, after], self.out),
        }
    }

    #[inline]
    fn members(&mut self) {
        let (schema, line) = (self.schema, self.line);
        let own: &[_] = if line.exchange.is_some() { &schema.layout.exchange } else { &[] };
        let mut mask = own.iter().fold(0, |mask, (_, bit)| mask | bit);
        for (n, group) in line.members.iter().enumerate() {
            if mask & group.mask() == 0 && matches!(self.pass, Pass::Whole) {
                self.out.extend_from_slice(group.as_bytes());
            } else {
                let taken = Taken { own, before: line.members.get(..n).unwrap_or_default() };
                self.group(group, &taken);
            }
            mask |= group.mask();
        }
    }

    /// Writes the members of a group but those whose names are taken.
    fn group(&mut self, group: &Members, taken: &Taken<'_>) {
        for member in group.iter().filter(|member| !taken.holds(member)) {
            self.unbounded(member.key, member.value, b"");
        }
    }
}

/// The names that stand on the line already.
struct Taken<'a> {
    own: &'a [(&'static str, u64)],
    before: &'a [&'a Members],
}

impl Taken<'_> {
    fn holds(&self, &Rendered { name, bit, .. }: &Rendered<'_>) -> bool {
        self.own.iter().any(|(own, _)| *own == name)
            || self.before.iter().any(|group| group.contains(name, bit))
    }
}

/// Writes as much of a value as there is room for.
#[cold]
fn share(room: &mut Room, [before, value, after]: [&[u8]; 3], out: &mut Vec<u8>) {
    let around = before.len() + after.len();
    let granted = room.ask(around + value.len());
    let kept = granted.checked_sub(around).and_then(|granted| cut(value, granted));
    let Some((kept, end)) = kept else {
        room.is_cut = true;
        return;
    };
    room.is_cut |= kept.len() + end.len() < value.len();
    room.take(around + kept.len() + end.len());
    out.extend([before, kept, end, after].into_iter().flatten());
}
