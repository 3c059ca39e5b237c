//! What a user's own calls of `sentry` capture: they are reports as obskit's own are.

use std::borrow::Cow;
use std::iter;
use std::sync::Arc;

use backtrace::Backtrace;
use sentry::Level;
use sentry::protocol::{Event, Exception, Uuid};

use crate::context::{EventId, Kept, Lines, RequestContext, Weight, capturing, request_of};
use crate::export::sentry::{Category, Discard, Envelope, Posting};
use crate::redaction::Redactor;

use super::client::Counter;
use super::event::{breadcrumbs, is_default};
use super::fingerprint::Fingerprint;
use super::normal::normal;
use super::{Common, Reports, envelope, request, stack};

/// One event, and what is known where it was captured.
struct Captured {
    event: Event<'static>,
    request: Option<RequestContext>,
    crumbs: Lines,
    stack: Option<Backtrace>,
    fingerprint: Fingerprint,
    suppressed: u64,
}

impl Reports {
    /// Makes an error that is captured within a request the report of that request's failure, and
    /// remembers what it says.
    pub(super) fn identified(&self, mut event: Event<'static>) -> Event<'static> {
        let request = request_of(event.event_id);
        if let Some(request) = self.of(request.as_ref()).filter(|_| is_error(&event)) {
            let failing = request.failing();
            event.event_id = Uuid::from_bytes(failing.claim(weight(&event)).to_bytes());
            let redactor = &self.shared.common.redactor;
            let texts: Vec<_> = texts(&event).map(|text| redactor.clean(text)).collect();
            failing.tell(weight(&event), texts.iter().map(AsRef::as_ref));
        }
        capturing(event.event_id, request.as_ref());
        event
    }

    /// Has an event sent, unless there are too many.
    pub(super) fn captured(&self, event: Event<'static>) {
        let request = request_of(event.event_id);
        let request = self.of(request.as_ref()).cloned();
        let fingerprint = fingerprint(&event, &self.shared.common.redactor);
        let id = EventId::from_bytes(event.event_id.into_bytes());
        // A message of a lower level tells of no failure, so its number says something.
        let limited = Some(&fingerprint).filter(|_| is_error(&event));
        let Some(suppressed) = self.admit(id, limited) else { return };
        let has_stack = |exception: &Exception| exception.stacktrace.is_some();
        let wants_stack =
            !event.exception.is_empty() && !event.exception.values.iter().any(has_stack);
        let captured = Captured {
            crumbs: crumbs(request.as_ref()),
            stack: wants_stack.then(stack::capture),
            event,
            request,
            fingerprint,
            suppressed,
        };
        let common = Arc::clone(&self.shared.common);
        self.shared.outbox.post(Posting {
            category: Category::Error,
            quantity: 1,
            bytes: captured.bytes(),
            make: Box::new(move || captured.envelope(&common)),
        });
    }
}

impl Captured {
    fn bytes(&self) -> usize {
        let frames = self.stack.as_ref().map_or(0, |stack| stack.frames().len());
        let mut counter = Counter::default();
        let _ = serde_json::to_writer(&mut counter, &self.event);
        counter.0 + self.crumbs.len() + frames * FRAME_BYTES
    }

    fn envelope(self, common: &Common) -> Result<Envelope, Discard> {
        let Self { mut event, request, crumbs, stack, fingerprint, suppressed } = self;
        if let Some(request) = &request {
            // `sentry` has put one there that is of nothing else.
            event.contexts.remove("trace");
            request::fill(&mut event, request);
        }
        event.breadcrumbs.values.extend(breadcrumbs(&crumbs));
        event.breadcrumbs.values.sort_by_key(|crumb| crumb.timestamp);
        if let Some((stack, exception)) = stack.zip(event.exception.values.last_mut()) {
            exception.stacktrace = stack::of(&stack, &common.settings.in_app);
        }
        if is_default(&event.fingerprint) {
            event.fingerprint = fingerprint.parts().iter().cloned().map(Cow::Owned).collect();
        }
        if suppressed > 0 {
            event.extra.insert("suppressed".into(), suppressed.into());
        }
        envelope::of_event(event, common)
    }
}

/// That of an error is the types of it and of its causes, and what the deepest one says. What is to
/// be hidden in a text is no longer seen in parts of it, so that comes first.
fn fingerprint(event: &Event<'_>, redactor: &Redactor) -> Fingerprint {
    let kinds = event.exception.values.iter().map(|error| error.ty.clone());
    let text = texts(event).next().map(|text| normal(&redactor.clean(text)));
    Fingerprint(iter::once("captured".to_owned()).chain(kinds).chain(text).collect())
}

/// Whether it tells of a failure.
fn is_error(event: &Event<'_>) -> bool {
    event.level >= Level::Error
}

fn weight(event: &Event<'_>) -> Weight {
    if event.exception.is_empty() { Weight::Message } else { Weight::Failure }
}

/// What it says, from the bottom up.
fn texts<'a>(event: &'a Event<'_>) -> impl Iterator<Item = &'a str> {
    let errors = event.exception.values.iter().filter_map(|error| error.value.as_deref());
    let entry = event.logentry.as_ref().map(|entry| &*entry.message);
    errors.chain(event.message.as_deref()).chain(entry)
}

fn crumbs(request: Option<&RequestContext>) -> Lines {
    let kept = request.and_then(RequestContext::crumbs);
    kept.map(|kept: &Kept| kept.copy_without(None)).unwrap_or_default()
}

const FRAME_BYTES: usize = 256;
