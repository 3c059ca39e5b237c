//! An event's way: its call site's plan, its fields, one line.

use arrayvec::ArrayVec;
use tracing::span::{Attributes, Record};
use tracing::{Event, Metadata};
use tracing_log::NormalizeEvent;

use crate::context::RequestContext;
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

impl Logging {
    /// Writes the line of an event in the span given, if anybody wants it.
    pub(crate) fn event(&self, event: &Event<'_>, span: Option<&LoggedSpan>) {
        let Some(running) = self.running() else { return };
        let metadata = event.metadata();
        let planner = running.planner(&self.shared);
        if is_of_log(event) {
            let Some(record) = event.normalized_metadata() else { return };
            let target = LogTarget { metadata, target: record.target() };
            planner.with_log(&running.sites, &target, |site| self.at(running, site, event, span));
        } else {
            planner.with(&running.sites, metadata, |site| self.at(running, site, event, span));
        }
    }

    /// A new span within the one given.
    pub(crate) fn span(&self, new: &Attributes<'_>, parent: Option<LoggedSpan>) -> LoggedSpan {
        let current = RequestContext::current();
        let Some(running) = self.running() else { return LoggedSpan::new(parent, current, |_| ()) };
        // A parent that was named is the one that counts.
        let context = current.filter(|_| new.parent().is_none() || parent.is_none());
        let planner = running.planner(&self.shared);
        planner.with(&running.sites, new.metadata(), |site| {
            let wanted = site.wanted(&self.shared.levels).by_lines();
            LoggedSpan::new(parent, context, |parts| {
                if wanted {
                    let (plans, encoder) = (&*site.fields, running.schema.encoder());
                    new.record(&mut Visitor { plans, encoder, parts, has_user: false });
                }
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
            let mut recorded = span.recorded();
            for member in parts.members.iter() {
                let plan = plans.iter().find(|plan| plan.key.name() == member.name);
                if let Some(plan) = plan {
                    recorded.members.put(&plan.key, |out| out.extend_from_slice(member.value));
                }
            }
            if !parts.user.is_empty() {
                recorded.user.clear();
                recorded.user.extend_from_slice(&parts.user);
            }
        });
    }

    fn at(&self, running: &Running, site: &Site, event: &Event<'_>, span: Option<&LoggedSpan>) {
        let wanted = site.wanted(&self.shared.levels);
        if wanted.by_nobody() {
            return;
        }
        let context = context(event, span);
        if !wanted.by_lines() && context.is_none() {
            return;
        }
        let at = self.shared.clock.wall();
        let place = nanos(at);
        if wanted.by_lines() {
            self.count(site.level());
            match self.shared.limit.admit(site.level(), &site.flood, place) {
                Admission::Take => {}
                Admission::TakeAfter(count) => running.tell_suppressed(site, at, count),
                Admission::Suppress => return,
            }
        }
        let Some(mut scratch) = self.scratch() else { return };
        let (plans, encoder, parts) = (&*site.fields, running.schema.encoder(), scratch.parts());
        let has_user = context.as_ref().is_some_and(|context| context.user().is_some());
        event.record(&mut Visitor { plans, encoder, parts: &mut *parts, has_user });
        let around = Around::new(span);
        let mut groups = ArrayVec::new();
        groups.push(&parts.members);
        around.members(&mut groups);
        let user = if has_user || !parts.user.is_empty() { &*parts.user } else { around.user() };
        let line = Line {
            at,
            heading: &site.heading,
            message: &parts.message,
            context: context.as_ref(),
            user,
            failure: Some(&parts.failure).filter(|failure| !failure.is_empty()),
            members: &groups,
            exchange: None,
        };
        match (&context, self.shared.levels.recorder()) {
            (Some(context), Some(recorder)) if !wanted.by_lines() => {
                running.with_line(&line, |bytes| recorder.keep(context, site.level(), bytes));
            }
            _ => running.write(&line, place),
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

/// The request that an event belongs to: that of a parent that is named, else the current one, else
/// the one that its span was made in.
fn context(event: &Event<'_>, span: Option<&LoggedSpan>) -> Option<RequestContext> {
    let of_span = || span.and_then(LoggedSpan::context).cloned();
    if event.parent().is_some() {
        of_span().or_else(RequestContext::current)
    } else {
        RequestContext::current().or_else(of_span)
    }
}

/// Asked of every event, so by what costs least first.
fn is_of_log(event: &Event<'_>) -> bool {
    event.metadata().target() == "log" && event.is_log()
}
