//! Lines of our own that say how many there were of something.

use std::time::SystemTime;

use crate::context::RequestContext;

use super::encode::Encoder;
use super::line::{Heading, Line};
use super::members::{Key, Members};
use super::records::Records;
use super::schema::Schema;

/// A message and a number.
#[derive(Debug)]
pub(super) struct Notice {
    message: Vec<u8>,
    /// The number's name.
    key: Key,
    source: Key,
    encoder: Encoder,
}

const SOURCE: &str = "callSite";

impl Notice {
    /// Of a line.
    pub(super) fn new(schema: &Schema, message: &str, key: &'static str) -> Self {
        Self::of(schema.encoder(), message, [schema.key(key), schema.key(SOURCE)])
    }

    /// Of a record.
    pub(super) fn typed(records: &Records, message: &str, key: &'static str) -> Self {
        Self::of(records.encoder(), message, [records.key(key), records.key(SOURCE)])
    }

    /// Hands on what it says.
    pub(super) fn with(&self, said: &Said<'_>, then: impl FnOnce(&Line<'_>)) {
        let (mut members, encoder) = (Members::default(), &self.encoder);
        members.put(&self.key, |value| encoder.u64(said.count, value));
        if let Some((file, line)) = said.source {
            let source = format!("{file}:{line}");
            members.put(&self.source, |value| encoder.text(&source, value));
        }
        then(&Line {
            at: said.at,
            heading: said.heading,
            message: &self.message,
            context: said.context,
            span: None,
            user: &[],
            failure: None,
            report: None,
            members: &[&members],
            exchange: None,
        });
    }

    fn of(encoder: &Encoder, text: &str, [key, source]: [Key; 2]) -> Self {
        let (mut message, encoder) = (Vec::new(), encoder.clone());
        encoder.message_text(text, &mut message);
        Self { message, key, source, encoder }
    }
}

/// What one line says beside its message.
pub(super) struct Said<'a> {
    pub(super) at: SystemTime,
    pub(super) heading: &'a Heading,
    pub(super) context: Option<&'a RequestContext>,
    pub(super) count: u64,
    /// The file and the line that it is about.
    pub(super) source: Option<(&'static str, u32)>,
}
