//! A request's own line, made from its exchange.

mod message;
mod sampling;

use std::sync::OnceLock;
use std::time::Duration;

use tracing::Level;

use crate::config;
use crate::context::{Exchange, Kept, Outcome, Record, Run, Shape};

use super::Logging;
use super::line::Line;
use super::recorder::Release;
use super::running::Running;
use super::site::Site;
use super::summary::nanos;
use message::Messages;
use sampling::Sampling;

/// Writes a line for each finished request, after what the flight recorder has kept of it.
pub(crate) struct AccessLog {
    logging: Logging,
    enabled: bool,
    sampling: Sampling,
    slow: Option<Duration>,
    prepared: OnceLock<Prepared>,
}

/// What lines have in common, in the words of the schema.
struct Prepared {
    error: Site,
    warn: Site,
    info: Site,
    /// For what is excluded.
    debug: Site,
    messages: Messages,
    /// The same for records.
    typed: Option<Messages>,
    release: Release,
}

/// Of the lines of requests.
const TARGET: &str = "obskit::access";

impl AccessLog {
    pub(crate) fn new(logging: Logging, settings: &config::AccessLines) -> Self {
        Self {
            logging,
            enabled: settings.enabled,
            sampling: Sampling::new(settings),
            slow: settings.slow,
            prepared: OnceLock::new(),
        }
    }

    fn level(&self, exchange: &Exchange<'_>) -> Level {
        if exchange.outcome.is_failure() {
            Level::ERROR
        } else if exchange.outcome == Outcome::Cancelled || self.is_slow(exchange) {
            Level::WARN
        } else {
            Level::INFO
        }
    }

    /// A stream lasts as long as somebody listens, so only its head can be late.
    fn is_slow(&self, exchange: &Exchange<'_>) -> bool {
        let time = match exchange.shape {
            Shape::Unary => Some(exchange.duration),
            Shape::Stream | Shape::Upgrade => exchange.time_to_head,
        };
        self.slow.is_some_and(|slow| time.is_some_and(|time| time > slow))
    }

    fn prepared(&self, running: &Running) -> &Prepared {
        self.prepared.get_or_init(|| Prepared::new(&self.logging, running))
    }

    /// Writes the line, in its place after those of before `after`.
    fn write(&self, running: &Running, level: Level, exchange: &Exchange<'_>, after: u64) {
        let prepared = self.prepared(running);
        let site = prepared.site(level);
        if !site.wanted(self.logging.levels()).by_lines() {
            return;
        }
        self.logging.count(level);
        let at = exchange.started + exchange.duration;
        let line = Line {
            at,
            heading: &site.heading,
            message: &[],
            context: Some(exchange.context),
            span: None,
            user: &[],
            failure: None,
            report: exchange.context.failure_id(),
            members: &[],
            exchange: Some(exchange),
        };
        prepared.messages.with(exchange, |message| {
            let line = Line { message, ..line };
            running.write(&line, nanos(at).max(after));
        });
        let records = &self.logging.shared.records;
        if let Some((records, typed)) = records.as_ref().zip(prepared.typed.as_ref()) {
            typed.with(exchange, |message| records.push(&Line { message, ..line }));
        }
    }
}

impl Record for AccessLog {
    fn record(&self, exchange: &Exchange<'_>) {
        let Some(running) = self.logging.running() else { return };
        let level = self.level(exchange);
        let kept = exchange.context.kept().map(Kept::take);
        let after = match kept {
            Some(lines) if level != Level::INFO => {
                self.prepared(running).release.write(running, exchange.context, &lines)
            }
            _ => 0,
        };
        if self.enabled && (level != Level::INFO || self.sampling.takes(exchange.context)) {
            self.write(running, level, exchange, after);
        }
    }

    fn record_excluded(&self, exchange: &Exchange<'_>) {
        if let Some(running) = self.logging.running().filter(|_| self.enabled) {
            self.write(running, Level::DEBUG, exchange, 0);
        }
    }

    /// A run has no line of this kind, but what was kept of one that went wrong is written.
    fn record_run(&self, run: &Run<'_>) {
        let (context, outcome) = (run.context, run.outcome);
        let kept = context.kept().map(Kept::take);
        let Some((running, lines)) = self.logging.running().zip(kept) else { return };
        if outcome.is_failure() || outcome == Outcome::Cancelled {
            self.prepared(running).release.write(running, context, &lines);
        }
    }
}

impl Prepared {
    fn new(logging: &Logging, running: &Running) -> Self {
        let records = &logging.shared.records;
        let site = |level| Site::own(running.schema.heading(level, TARGET));
        Self {
            error: site(Level::ERROR),
            warn: site(Level::WARN),
            info: site(Level::INFO),
            debug: site(Level::DEBUG),
            messages: Messages::new(running.schema.encoder().clone()),
            typed: records.as_ref().map(|records| Messages::new(records.encoder().clone())),
            release: Release::new(&running.schema, &logging.shared),
        }
    }

    fn site(&self, level: Level) -> &Site {
        match level {
            Level::ERROR => &self.error,
            Level::WARN => &self.warn,
            Level::INFO => &self.info,
            _ => &self.debug,
        }
    }
}
