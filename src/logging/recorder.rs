//! The flight recorder: what a request logs below the level, written if it goes wrong.

use std::sync::Arc;

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

use crate::config::{self, Clock, directives};
use crate::context::{Bounds, KeptLine, Lines, RequestContext};
use crate::error::Error;
use crate::ledger::{Ledger, Reason, Signal};

use super::Shared;
use super::line::Heading;
use super::notice::{Notice, Said};
use super::records::Records;
use super::running::Running;
use super::schema::Schema;
use super::summary::nanos;

/// Keeps lines of requests with the requests themselves.
#[derive(Debug)]
pub(super) struct Recorder {
    directives: Targets,
    bounds: Bounds,
}

impl Recorder {
    /// # Errors
    ///
    /// When the directives are none.
    pub(super) fn new(settings: &config::FlightRecorder) -> Result<Self, Error> {
        let wrong = |flaw| Error::config(format!("logs.recorder.directives: {flaw}"));
        let parsed = directives::parse(&settings.directives, LevelFilter::OFF);
        let directives = parsed.map_err(wrong)?;
        let bounds = Bounds { lines: settings.lines, bytes: settings.bytes };
        Ok(Self { directives, bounds })
    }

    /// Whether events of this call site are kept while they are below the level.
    pub(super) fn wants(&self, target: &str, level: Level) -> bool {
        self.directives.would_enable(target, &level)
    }

    /// The most verbose level of any call site that it wants.
    pub(super) fn max_level(&self) -> LevelFilter {
        let levels = self.directives.iter().map(|(_, level)| level);
        let rest = self.directives.default_level();
        levels.chain(rest).max().unwrap_or(LevelFilter::OFF)
    }

    /// Takes a line, with its newline, of an event in this request.
    pub(super) fn keep(&self, context: &RequestContext, line: KeptLine<'_>) {
        context.keep().push(line, self.bounds);
    }
}

/// Writes what requests that went wrong have kept.
pub(super) struct Release {
    heading: Heading,
    notice: Notice,
    clock: Clock,
    ledger: Ledger,
    records: Option<Arc<Records>>,
}

impl Release {
    pub(super) fn new(schema: &Schema, shared: &Shared) -> Self {
        let Shared { clock, ledger, records, .. } = shared;
        Self {
            records: records.clone(),
            heading: schema.heading(Level::DEBUG, "obskit::recorder"),
            notice: Notice::new(schema, "earlier lines gave way", "dropped"),
            clock: clock.clone(),
            ledger: ledger.clone(),
        }
    }

    /// Writes the lines in their order, behind one that says how many gave way, and tells the
    /// place that comes after them.
    pub(super) fn write(&self, running: &Running, context: &RequestContext, lines: &Lines) -> u64 {
        // The place of lines written now, whatever their own time: what was written before does
        // not come between them, and lines of another severity do not overtake them.
        let place = nanos(self.clock.wall());
        let count = lines.gave_way();
        if count > 0 {
            self.ledger.drop(Signal::Log, Reason::Limit, count);
            let (at, context) = (context.start().wall, Some(context));
            let said = Said { at, heading: &self.heading, context, count, source: None };
            let mut buffer = running.sink.buffer();
            self.notice.with(&said, |line| {
                running.schema.write(line, &mut buffer);
            });
            running.sink.push(Level::DEBUG, place, buffer);
        }
        for KeptLine { level, line, record } in lines.iter() {
            let mut buffer = running.sink.buffer();
            buffer.extend_from_slice(line);
            running.sink.push(level, place, buffer);
            if let Some(records) = self.records.as_ref().filter(|_| !record.is_empty()) {
                records.send(record);
            }
        }
        place.saturating_add(1)
    }
}
