//! The lines that say how levels have changed.

use std::sync::Arc;

use tracing::Level;

use crate::logging::line::{Heading, Line};
use crate::logging::members::{Key, Members};
use crate::logging::schema::Schema;
use crate::logging::summary::nanos;

use super::Levels;
use super::change::Change;

/// Writes them, whatever the levels are.
pub(in crate::logging) struct ChangeLines {
    levels: Levels,
    schema: Arc<Schema>,
    /// By somebody.
    changed: Said,
    /// By the end of their time.
    reverted: Said,
    to: Key,
    reverts_in: Key,
}

/// What is the same on every line of its kind.
struct Said {
    heading: Heading,
    message: Vec<u8>,
}

impl ChangeLines {
    pub(in crate::logging) fn new(levels: &Levels, schema: &Arc<Schema>) -> Self {
        Self {
            levels: levels.clone(),
            schema: Arc::clone(schema),
            changed: Said::new(schema, Level::WARN, "log levels changed"),
            reverted: Said::new(schema, Level::INFO, "log levels went back"),
            to: schema.key("levels"),
            reverts_in: schema.key("revertsInSeconds"),
        }
    }

    /// Has levels go back whose time is over, and hands on a line of each change.
    pub(in crate::logging) fn tell(&self, take: &dyn Fn(Level, u64, &[u8])) {
        self.levels.look_at_the_clock();
        for change in self.levels.untold() {
            let said = if change.is_return { &self.reverted } else { &self.changed };
            let mut line = Vec::new();
            self.write(said, &change, &mut line);
            take(said.heading.level, nanos(change.at), &line);
        }
    }

    fn write(&self, said: &Said, change: &Change, out: &mut Vec<u8>) {
        let (encoder, mut members) = (self.schema.encoder(), Members::default());
        members.put(&self.to, |value| encoder.text(&change.text, value));
        if let Some(time) = change.time {
            members.put(&self.reverts_in, |value| encoder.u64(time.as_secs(), value));
        }
        let line = Line {
            at: change.at,
            heading: &said.heading,
            message: &said.message,
            context: None,
            span: None,
            user: &[],
            failure: None,
            report: None,
            members: &[&members],
            exchange: None,
        };
        self.schema.write(&line, out);
    }
}

impl Said {
    fn new(schema: &Schema, level: Level, message: &str) -> Self {
        let mut rendered = Vec::new();
        schema.encoder().message_text(message, &mut rendered);
        Self { heading: schema.heading(level, "obskit::log"), message: rendered }
    }
}
