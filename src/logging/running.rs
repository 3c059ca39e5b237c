//! What there is while lines are written.

use std::io::IsTerminal;
use std::sync::Arc;
use std::time::SystemTime;

use tracing::Level;

use crate::concurrent::Table;
use crate::config::{LogFormat, LogOutput};
use crate::error::Error;
use crate::ledger::{Ledger, Reason, Signal};

use super::Shared;
use super::level::ChangeLines;
use super::line::Line;
use super::notice::{Notice, Said};
use super::schema::Schema;
use super::sink::Sink;
use super::site::Site;
use super::summary::{Summaries, nanos};

/// Made by the first start. Whoever writes a line asks `Logging::running` for it.
pub(super) struct Running {
    pub(super) sink: Sink,
    pub(super) schema: Arc<Schema>,
    /// The plans of call sites.
    pub(super) sites: Arc<Table<Site>>,
    pub(super) summaries: Arc<Summaries>,
    ledger: Ledger,
}

impl Running {
    pub(super) fn start(shared: &Shared) -> Result<Self, Error> {
        let Shared { settings, ledger, clock, .. } = shared;
        let (format, colours) = resolve(settings.format, &settings.output);
        let redactor = Arc::clone(&shared.redactor);
        let schema = Arc::new(Schema::new(format, &shared.service, colours, redactor));
        let (missing, at) = (Missing::new(&schema), clock.clone());
        let tell = move |count, out: &mut Vec<u8>| missing.write(at.wall(), count, out);
        let sink = Sink::start(&settings.output, settings.buffer, ledger.clone(), tell)?;
        let sites = Arc::new(Table::new());
        let summaries = Arc::new(Summaries::new(shared, &sites, &schema));
        let due = Arc::clone(&summaries);
        sink.each_second(move |closing, take| due.tell(closing, take));
        let changes = ChangeLines::new(&shared.levels, &schema);
        sink.each_second(move |_, take| changes.tell(take));
        Ok(Self { sink, schema, sites, summaries, ledger: ledger.clone() })
    }

    /// Writes a line; `at` in nanoseconds since the epoch is its place among the others.
    #[inline]
    pub(super) fn write(&self, line: &Line<'_>, at: u64) {
        let mut buffer = self.sink.buffer();
        self.render(line, &mut buffer);
        self.sink.push(line.heading.level, at, buffer);
    }

    /// Hands a line's bytes to `take`, and writes them nowhere.
    pub(super) fn with_line(&self, line: &Line<'_>, take: impl FnOnce(&[u8])) {
        let mut buffer = self.sink.buffer();
        self.render(line, &mut buffer);
        take(&buffer);
        self.sink.recycle(buffer);
    }

    /// Tells how many lines of the call site were suppressed.
    #[cold]
    pub(super) fn tell_suppressed(&self, site: &Site, at: SystemTime, count: u32) {
        let mut buffer = self.sink.buffer();
        self.summaries.write(site, at, count, &mut buffer);
        self.sink.push(site.level(), nanos(at), buffer);
    }

    #[inline]
    fn render(&self, line: &Line<'_>, out: &mut Vec<u8>) {
        if self.schema.write(line, out) {
            self.ledger.drop(Signal::Log, Reason::Cut, 1);
        }
    }
}

/// Says in the stream itself how many lines are missing in it.
struct Missing {
    schema: Arc<Schema>,
    site: Site,
    notice: Notice,
}

impl Missing {
    fn new(schema: &Arc<Schema>) -> Self {
        Self {
            schema: Arc::clone(schema),
            site: Site::own(schema.heading(Level::WARN, "obskit::log")),
            notice: Notice::new(schema, "lines are missing", "telemetry.dropped"),
        }
    }

    fn write(&self, at: SystemTime, count: u64, out: &mut Vec<u8>) {
        let said = Said { at, heading: &self.site.heading, context: None, count, source: None };
        self.notice.with(&said, |line| {
            self.schema.write(line, out);
        });
    }
}

/// The form of lines, and whether they have colours.
fn resolve(format: LogFormat, output: &LogOutput) -> (LogFormat, bool) {
    let terminal = match output {
        LogOutput::Stdout => std::io::stdout().is_terminal(),
        LogOutput::Stderr => std::io::stderr().is_terminal(),
        LogOutput::File(_) | LogOutput::Writer(_) => false,
    };
    match format {
        LogFormat::Auto if terminal => (LogFormat::Pretty, true),
        LogFormat::Auto => (LogFormat::App, false),
        format => (format, terminal),
    }
}
