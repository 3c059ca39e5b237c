//! An event's way: its call site's plan, its fields, one line.

use std::time::SystemTime;

use tracing::span::{Attributes, Record};
use tracing::{Event, Metadata};
use tracing_log::NormalizeEvent;

use crate::context::{RequestContext, SpanIds};
use crate::ledger::{Reason, Signal};

use super::limit::Admission;
use super::line::Line;
use super::running::Running;
use super::scratch::Scratch;
use super::site::{LogTarget, Planner, Site};
use super::span::{Around, LoggedSpan};
use super::summary::nanos;
use super::visit::Visitor;
use super::{Logging, Shared};

/// An event, and what it is within.
#[derive(Clone, Copy)]
struct Within<'a> {
    event: &'a Event<'a>,
    span: Option<&'a LoggedSpan>,
    place: &'a dyn Fn(Option<&RequestContext>) -> Option<SpanIds>,
}

impl Logging {
    /// Writes the line of an event in the span given, if anybody wants it. `place` finds the
    /// recorded span that it is within, in the request given.
    pub(crate) fn event(
        &self,
        event: &Event<'_>,
        span: Option<&LoggedSpan>,
        place: impl Fn(Option<&RequestContext>) -> Option<SpanIds>,
    ) {
        let Some(running) = self.running() else { return };
        let metadata = event.metadata();
        let planner = running.planner(&self.shared);
        let within = Within { event, span, place: &place };
        if is_of_log(event) {
            let Some(record) = event.normalized_metadata() else { return };
            let target = LogTarget { metadata, target: record.target(), line: record.line() };
            planner.with_log(&running.sites, &target, |site| self.at(running, site, &within));
        } else {
            planner.with(&running.sites, metadata, |site| self.at(running, site, &within));
        }
    }

    /// A new span within the one given, made in this request.
    pub(crate) fn span(
        &self,
        new: &Attributes<'_>,
        parent: Option<LoggedSpan>,
        context: Option<RequestContext>,
    ) -> LoggedSpan {
        let Some(running) = self.running() else { return LoggedSpan::new(parent, context, |_| ()) };
        let planner = running.planner(&self.shared);
        planner.with(&running.sites, new.metadata(), |site| {
            let wanted = site.wanted(&self.shared.levels).by_lines();
            let plans = if wanted { &*site.fields } else { &[] };
            let encoder = running.schema.encoder();
            LoggedSpan::new(parent, context, |parts| {
                new.record(&mut Visitor { plans, encoder, parts, has_user: false });
            })
        })
    }

    /// Records fields of a span, in place of what was recorded of them before.
    pub(crate) fn record(
        &self,
        metadata: &'static Metadata<'static>,
        values: &Record<'_>,
        span: &LoggedSpan,
    ) {
        let Some(running) = self.running() else { return };
        let Some(mut scratch) = self.scratch() else { return };
        running.planner(&self.shared).with(&running.sites, metadata, |site| {
            if !site.wanted(&self.shared.levels).by_lines() {
                return;
            }
            let (plans, encoder) = (&*site.fields, running.schema.encoder());
            // A value's own code may log in this span, so it runs before the span is locked.
            let parts = scratch.parts();
            values.record(&mut Visitor { plans, encoder, parts, has_user: false });
            span.replace(parts, plans);
        });
    }

    fn at(&self, running: &Running, site: &Site, within: &Within<'_>) {
        let Within { event, span, place } = *within;
        let wanted = site.wanted(&self.shared.levels);
        if !wanted.by_lines() && !wanted.by_recorder() {
            return;
        }
        let context = LoggedSpan::request_of_event(event, span);
        let at = self.shared.clock.wall();
        let since_1970 = nanos(at);
        let keeper = if wanted.by_lines() {
            if !self.admit(running, site, at, since_1970) {
                return;
            }
            None
        } else {
            let Some(keeper) = self.shared.levels.recorder().zip(context.as_ref()) else { return };
            Some(keeper)
        };
        let Some(mut scratch) = self.scratch() else { return };
        let (plans, encoder, parts) = (&*site.fields, running.schema.encoder(), scratch.parts());
        let has_user = context.as_ref().is_some_and(|context| context.user().is_some());
        event.record(&mut Visitor { plans, encoder, parts: &mut *parts, has_user });
        let around = Around::new(span);
        let members = around.members(&parts.members);
        let named = if has_user || !parts.user.is_empty() { &*parts.user } else { around.user() };
        let line = Line {
            at,
            heading: &site.heading,
            message: &parts.message,
            context: context.as_ref(),
            span: place(context.as_ref()),
            user: named,
            failure: Some(&parts.failure).filter(|failure| !failure.is_empty()),
            members: &members,
            exchange: None,
        };
        match keeper {
            None => running.write(&line, since_1970),
            Some((recorder, context)) => {
                running.with_line(&line, |bytes| recorder.keep(context, site.level(), bytes));
            }
        }
    }

    /// Counts an event, and says whether the flood limit lets its line pass.
    #[inline]
    fn admit(&self, running: &Running, site: &Site, at: SystemTime, since_1970: u64) -> bool {
        self.count(site.level());
        match self.shared.limit.admit(site.level(), &site.flood, since_1970) {
            Admission::Take => true,
            Admission::TakeAfter(count) => {
                running.tell_suppressed(site, at, count);
                true
            }
            Admission::Suppress => false,
        }
    }

    fn scratch(&self) -> Option<Scratch> {
        let scratch = Scratch::take();
        if scratch.is_none() {
            self.shared.ledger.drop(Signal::Log, Reason::Refused, 1);
        }
        scratch
    }
}

impl Running {
    fn planner<'a>(&'a self, shared: &'a Shared) -> Planner<'a> {
        Planner { schema: &self.schema, redactor: &shared.redactor }
    }
}

/// Asked of every event, so by what costs least first.
fn is_of_log(event: &Event<'_>) -> bool {
    event.metadata().target() == "log" && event.is_log()
}
