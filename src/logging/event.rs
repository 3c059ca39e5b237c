//! An event's way: its call site's plan, its fields, one line.

use std::iter;
use std::time::SystemTime;

use tracing::span::{Attributes, Record};
use tracing::{Event, Metadata};
use tracing_log::NormalizeEvent;

use crate::context::{EventId, KeptLine, RequestContext, SpanIds};
use crate::ledger::{Reason, Signal};

use super::encode::Encoder;
use super::limit::Admission;
use super::line::Line;
use super::running::Running;
use super::scratch::Scratch;
use super::site::{LogTarget, Plan, Planner, Site};
use super::span::{Around, Form, LoggedSpan};
use super::summary::nanos;
use super::visit::Visitor;
use super::{Logging, Shared};

/// An event, and what it is within.
#[derive(Clone, Copy)]
struct Within<'a> {
    event: &'a Event<'a>,
    span: Option<&'a LoggedSpan>,
    report: Option<EventId>,
    place: &'a dyn Fn(Option<&RequestContext>) -> Option<SpanIds>,
}

/// An event, when it happened, and where.
struct Found<'a> {
    running: &'a Running,
    site: &'a Site,
    within: &'a Within<'a>,
    at: SystemTime,
    context: Option<&'a RequestContext>,
    ids: Option<SpanIds>,
}

impl Logging {
    /// Writes the line of an event in the span given, if anybody wants it. `report` is the identity
    /// of the failure that it tells of; `place` finds the recorded span that it is within, in the
    /// request given.
    pub(crate) fn event(
        &self,
        event: &Event<'_>,
        span: Option<&LoggedSpan>,
        report: Option<EventId>,
        place: impl Fn(Option<&RequestContext>) -> Option<SpanIds>,
    ) {
        let Some(running) = self.running() else { return };
        let metadata = event.metadata();
        let planner = running.planner(&self.shared);
        let within = Within { event, span, report, place: &place };
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
        let Some(running) = self.running() else {
            return LoggedSpan::new(parent, context, false, |_, _| ());
        };
        let planner = running.planner(&self.shared);
        planner.with(&running.sites, new.metadata(), |site| {
            self.span_of(running, site, new, (parent, context))
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
            let typed = self.shared.records.as_ref().map(|_| Form::Typed);
            for form in iter::once(Form::Shown).chain(typed) {
                let (plans, encoder) = self.rendering(running, site, form);
                // A value's own code may log in this span, so it runs before the span is locked.
                let parts = scratch.parts();
                parts.clear();
                values.record(&mut Visitor { plans, encoder, parts, has_user: false });
                span.replace(form, parts, plans);
            }
        });
    }

    fn span_of(
        &self,
        running: &Running,
        site: &Site,
        new: &Attributes<'_>,
        (parent, context): (Option<LoggedSpan>, Option<RequestContext>),
    ) -> LoggedSpan {
        let is_wanted = site.wanted(&self.shared.levels).by_lines();
        let is_typed = is_wanted && self.shared.records.is_some();
        LoggedSpan::new(parent, context, is_typed, |form, parts| {
            let (plans, encoder) = self.rendering(running, site, form);
            let plans = if is_wanted { plans } else { &[] };
            new.record(&mut Visitor { plans, encoder, parts, has_user: false });
        })
    }

    fn at(&self, running: &Running, site: &Site, within: &Within<'_>) {
        let Within { event, span, place, .. } = *within;
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
        let (context, ids) = (context.as_ref(), place(context.as_ref()));
        let found = Found { running, site, within, at, context, ids };
        let (level, mut record) = (site.level(), Vec::new());
        if let Some(records) = &self.shared.records {
            self.with_line(&found, Form::Typed, |line| match keeper {
                None => records.push(line),
                Some(_) => records.render(line, &mut record),
            });
        }
        self.with_line(&found, Form::Shown, |line| match keeper {
            None => running.write(line, since_1970),
            Some((recorder, context)) => running.with_line(line, |line| {
                recorder.keep(context, KeptLine { level, line, record: &record });
            }),
        });
    }

    /// Hands on what an event says, rendered in one form.
    #[inline]
    fn with_line(&self, found: &Found<'_>, form: Form, then: impl FnOnce(&Line<'_>)) {
        let Found { running, site, within, at, context, ids } = *found;
        let Within { event, span, .. } = *within;
        let Some(mut scratch) = self.scratch() else { return };
        let ((plans, encoder), parts) = (self.rendering(running, site, form), scratch.parts());
        let has_user = context.is_some_and(|context| context.user().is_some());
        event.record(&mut Visitor { plans, encoder, parts: &mut *parts, has_user });
        let around = Around::new(span, form);
        let members = around.members(&parts.members);
        let named = if has_user || !parts.user.is_empty() { &*parts.user } else { around.user() };
        then(&Line {
            at,
            heading: &site.heading,
            message: &parts.message,
            context,
            span: ids,
            user: named,
            failure: Some(&parts.failure).filter(|failure| !failure.is_empty()),
            report: within.report,
            members: &members,
            exchange: None,
        });
    }

    /// By which plans a call site's fields are rendered in one form, and what renders them.
    #[inline]
    fn rendering<'a>(
        &'a self,
        running: &'a Running,
        site: &'a Site,
        form: Form,
    ) -> (&'a [Plan], &'a Encoder) {
        match (form, &self.shared.records) {
            (Form::Typed, Some(records)) => (&site.typed, records.encoder()),
            _ => (&site.fields, running.schema.encoder()),
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
        let (schema, redactor) = (&*self.schema, &*shared.redactor);
        Planner { schema, redactor, records: shared.records.as_deref() }
    }
}

/// Asked of every event, so by what costs least first.
fn is_of_log(event: &Event<'_>) -> bool {
    event.metadata().target() == "log" && event.is_log()
}
