//! Lines of our own that say how many there were of something.

use std::time::SystemTime;

use crate::context::RequestContext;

use super::line::{Heading, Line};
use super::members::{Key, Members};
use super::schema::Schema;

/// A message and a number.
#[derive(Debug)]
pub(super) struct Notice {
    message: Vec<u8>,
    /// The number's name.
    key: Key,
    source: Key,
}

impl Notice {
    pub(super) fn new(schema: &Schema, message: &str, key: &'static str) -> Self {
        let mut rendered = Vec::new();
        schema.encoder().message_text(message, &mut rendered);
        Self { message: rendered, key: schema.key(key), source: schema.key("callSite") }
    }

    /// Appends the line.
    pub(super) fn write(&self, schema: &Schema, said: &Said<'_>, out: &mut Vec<u8>) {
        let mut members = Members::default();
        members.put(&self.key, |value| schema.encoder().u64(said.count, value));
        if let Some((file, line)) = said.source {
            let source = format!("{file}:{line}");
            members.put(&self.source, |value| schema.encoder().text(&source, value));
        }
        let line = Line {
            at: said.at,
            heading: said.heading,
            message: &self.message,
            context: said.context,
            span: None,
            user: &[],
            failure: None,
            members: &[&members],
            exchange: None,
        };
        schema.write(&line, out);
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
