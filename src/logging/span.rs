//! Spans as lines need them: their fields, rendered once, and the request they were made in.

use std::cell::Cell;
use std::iter;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use arrayvec::ArrayVec;
use tracing::Event;
use tracing::span::Attributes;

use crate::context::RequestContext;

use super::members::Members;
use super::site::Plan;
use super::visit::Parts;

/// A span that lines may be within. A clone is the same span.
#[derive(Clone, Debug)]
pub(crate) struct LoggedSpan(Arc<Node>);

/// Reached from the spans within it, so that an event looks up one span, however many it is in.
#[derive(Debug, Default)]
struct Node {
    parent: Option<LoggedSpan>,
    /// The request it was made in, or its parent.
    context: Option<RequestContext>,
    shown: Fields,
    /// The same as records have it, where there are any.
    typed: Option<Box<Fields>>,
}

/// The fields of a span in one form.
#[derive(Debug, Default)]
struct Fields {
    /// Of those that were given when it was made: read without a lock.
    made: Parts,
    /// Of those that were recorded later, as few spans have.
    recorded: RwLock<Parts>,
    has_recorded: AtomicBool,
}

/// What the fields of events and spans are rendered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Lines.
    Shown,
    /// Records.
    Typed,
}

/// The spans of an event, held for as long as its line is written.
pub(super) struct Around<'a>(ArrayVec<Shown<'a>, MAX_SPANS>);

struct Shown<'a> {
    made: &'a Parts,
    recorded: Option<RwLockReadGuard<'a, Parts>>,
}

/// The fields of spans further out are not shown.
const MAX_SPANS: usize = 32;

/// The event's group of members, and two of each span.
const MAX_GROUPS: usize = 1 + 2 * MAX_SPANS;

/// How many spans a thread keeps for use again, and how much memory each may have for its fields.
const MAX_POOLED: usize = 64;
const MAX_POOLED_BYTES: usize = 4 << 10;

thread_local! {
    static POOL: Cell<Vec<Arc<Node>>> = const { Cell::new(Vec::new()) };
}

impl LoggedSpan {
    /// A span in `parent`, and in the request given. `fill` renders its fields, in each form.
    pub(super) fn new(
        parent: Option<LoggedSpan>,
        context: Option<RequestContext>,
        is_typed: bool,
        fill: impl Fn(Form, &mut Parts),
    ) -> Self {
        let mut node = pooled();
        if let Some(node) = Arc::get_mut(&mut node) {
            (node.context, node.parent) = (context, parent);
            fill(Form::Shown, &mut node.shown.made);
            if is_typed {
                fill(Form::Typed, &mut node.typed.get_or_insert_default().made);
            }
        }
        Self(node)
    }

    /// The request that it was made in.
    pub(crate) fn context(&self) -> Option<&RequestContext> {
        self.0.context.as_ref()
    }

    /// The request that a new span in `parent` is made in: that of a parent that is named, else the
    /// current one, else the parent's.
    pub(crate) fn request_of(
        new: &Attributes<'_>,
        parent: Option<&LoggedSpan>,
    ) -> Option<RequestContext> {
        request(new.parent().is_some(), parent)
    }

    /// The same of an event in a span.
    pub(crate) fn request_of_event(
        event: &Event<'_>,
        span: Option<&LoggedSpan>,
    ) -> Option<RequestContext> {
        request(event.parent().is_some(), span)
    }

    /// Whether lines show nothing more of a new span than of this one, which it is in: it can have
    /// no fields, and belongs to the same request. The attributes make many of those.
    pub(crate) fn stands_for(&self, new: &Attributes<'_>) -> bool {
        let made_in =
            |context: &RequestContext| self.context().is_some_and(|ours| ours.is(context));
        new.is_contextual()
            && new.metadata().fields().is_empty()
            && RequestContext::current().as_ref().is_none_or(made_in)
    }

    /// Hands on the fields of a span and of those around it, from the innermost out, each as it
    /// stands on a line.
    pub(crate) fn fields(span: Option<&Self>, take: &mut dyn FnMut(&str, &[u8])) {
        let around = Around::new(span, Form::Shown);
        let members = around.parts().flat_map(|parts| parts.members.iter());
        members.for_each(|member| take(member.name, member.value));
    }

    /// Takes what was recorded of it, by its call site's plans, in place of what was before.
    pub(super) fn replace(&self, form: Form, parts: &Parts, plans: &[Plan]) {
        if let Some(fields) = self.0.fields(form) {
            fields.replace(parts, plans);
        }
    }

    /// Ends it, and keeps its memory for another one.
    pub(crate) fn close(self) {
        let mut node = self.0;
        let Some(unique) = Arc::get_mut(&mut node) else { return };
        (unique.parent, unique.context) = (None, None);
        let typed = unique.typed.as_mut().map_or(0, |typed| typed.clear());
        if unique.shown.clear() + typed > MAX_POOLED_BYTES {
            return;
        }
        let _ = POOL.try_with(|pool| {
            let mut nodes = pool.take();
            if nodes.len() < MAX_POOLED {
                nodes.push(node);
            }
            pool.set(nodes);
        });
    }
}

impl Node {
    fn fields(&self, form: Form) -> Option<&Fields> {
        match form {
            Form::Shown => Some(&self.shown),
            Form::Typed => self.typed.as_deref(),
        }
    }
}

impl Fields {
    fn replace(&self, parts: &Parts, plans: &[Plan]) {
        self.has_recorded.store(true, Ordering::Release);
        let mut recorded = self.recorded.write().unwrap_or_else(PoisonError::into_inner);
        for member in parts.members.iter() {
            let plan = plans.iter().find(|plan| plan.key.name() == member.name);
            if let Some(Plan { key, .. }) = plan {
                recorded.members.put(key, |out| out.extend_from_slice(member.value));
            }
        }
        if !parts.user.is_empty() {
            recorded.user.clone_from(&parts.user);
        }
    }

    /// What there is, if there is any.
    fn shown(&self) -> Option<Shown<'_>> {
        let recorded = self.has_recorded.load(Ordering::Acquire);
        let recorded =
            recorded.then(|| self.recorded.read().unwrap_or_else(PoisonError::into_inner));
        let is_there = recorded.is_some() || self.made.len() > 0;
        is_there.then_some(Shown { made: &self.made, recorded })
    }

    /// Forgets all of it, and says how much memory it keeps.
    fn clear(&mut self) -> usize {
        let recorded = self.recorded.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.made.clear();
        recorded.clear();
        *self.has_recorded.get_mut() = false;
        self.made.capacity() + recorded.capacity()
    }
}

impl<'a> Around<'a> {
    /// The span and those around it, from the innermost out, as far as they have fields.
    pub(super) fn new(leaf: Option<&'a LoggedSpan>, form: Form) -> Self {
        let mut shown = ArrayVec::new();
        let mut next = leaf;
        while let Some(LoggedSpan(node)) = next.filter(|_| !shown.is_full()) {
            shown.extend(node.fields(form).and_then(Fields::shown));
            next = node.parent.as_ref();
        }
        Self(shown)
    }

    /// An event's own members, then theirs, each span's latest first.
    pub(super) fn members<'b>(&'b self, own: &'b Members) -> ArrayVec<&'b Members, MAX_GROUPS> {
        let theirs = self.parts().map(|parts| &parts.members);
        let theirs = theirs.filter(|members| !members.is_empty());
        iter::once(own).chain(theirs).take(MAX_GROUPS).collect()
    }

    /// The user that the innermost of them names, rendered; empty if none does.
    pub(super) fn user(&self) -> &[u8] {
        let mut users = self.parts().map(|parts| &*parts.user);
        users.find(|user| !user.is_empty()).unwrap_or_default()
    }

    fn parts(&self) -> impl Iterator<Item = &Parts> {
        self.0.iter().flat_map(|shown| shown.recorded.as_deref().into_iter().chain([shown.made]))
    }
}

/// The request of what is in a span, which is `named` or the current one.
fn request(is_named: bool, span: Option<&LoggedSpan>) -> Option<RequestContext> {
    let of_span = || span.and_then(LoggedSpan::context).cloned();
    if is_named {
        of_span().or_else(RequestContext::current)
    } else {
        RequestContext::current().or_else(of_span)
    }
}

fn pooled() -> Arc<Node> {
    let pooled = POOL.try_with(|pool| {
        let mut nodes = pool.take();
        let node = nodes.pop();
        pool.set(nodes);
        node
    });
    pooled.ok().flatten().unwrap_or_default()
}
