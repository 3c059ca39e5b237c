//! Events of `tracing`, noted in the span that they are in.

use std::borrow::Cow;

use tracing::{Event, Level, Metadata};
use tracing_log::NormalizeEvent;

use crate::context::{EventId, RequestContext};
use crate::export::otlp::{Attributes, Limits, Value};
use crate::protobuf::Message;

use super::fields::{Fields, Visitor};
use super::lent::Lent;
use super::local::{LocalSpan, first};
use super::server::nanos;
use super::site::Site;
use super::{Shared, Traces};

/// Where an event is noted.
#[derive(Clone, Copy)]
enum Home<'a> {
    Span(&'a LocalSpan),
    /// The request's own span.
    Request(&'a RequestContext),
}

/// What an event says.
struct Said<'a> {
    fields: &'a Fields,
    is_panic: bool,
    /// The identity of the failure that it tells of, where that is reported.
    report: Option<EventId>,
}

/// `Span.events`
const EVENTS: u32 = 11;
/// The name that the semantic conventions give to those that tell of an error.
const EXCEPTION: &str = "exception";
/// Attributes of ours: the level and the target; of an error its three and the message.
const OWN: u32 = 2;
const OWN_OF_ERRORS: u32 = 4;

impl Traces {
    /// Whether such events are noted at all.
    #[inline]
    pub(crate) fn wants_event(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.shared.settings.events
    }

    /// Notes an event in the span it is in, else in that of its request. `report` is the identity
    /// of the failure that it tells of.
    pub(crate) fn event(
        &self,
        event: &Event<'_>,
        span: Option<&LocalSpan>,
        request: Option<&RequestContext>,
        report: Option<EventId>,
    ) {
        let request = request.filter(|request| request.is_traced());
        let Some(home) = span.map(Home::Span).or(request.map(Home::Request)) else { return };
        let Shared { sites, redactor, .. } = &*self.shared;
        sites.with(event.metadata(), redactor, |site| {
            if !site.is_wanted || !self.has_room(home, site) {
                return;
            }
            let Some(mut lent) = Lent::take() else { return };
            let (fields, bytes) = lent.parts();
            let limits = self.event_limits();
            let own = if site.has_failure() { OWN + OWN_OF_ERRORS } else { OWN };
            let own = own + u32::from(report.is_some());
            let rest = Limits { count: limits.count.saturating_sub(own), ..limits };
            event.record(&mut Visitor { plans: &site.fields, redactor, limits: rest, fields });
            let said = Said { fields, is_panic: site.is_panic, report };
            self.write(event, home, &said, bytes);
            let has_failed = said.is_exception() && *event.metadata().level() == Level::ERROR;
            self.note(home, bytes, has_failed.then_some(&said));
        });
    }

    /// Whether an event is to be looked at: where no further one has room, those alone that may
    /// tell of an error.
    fn has_room(&self, home: Home<'_>, site: &Site) -> bool {
        let Home::Span(span) = home else { return true };
        let mut state = span.state();
        let Some(state) = state.as_deref_mut() else { return false };
        if state.events.is_full(self.shared.settings.limits.events) && !site.has_failure() {
            state.events.skip();
            return false;
        }
        true
    }

    /// Writes the event with its tag.
    fn write(&self, event: &Event<'_>, home: Home<'_>, said: &Said<'_>, out: &mut Vec<u8>) {
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
        let (told, is_exception) = (&said.fields.told, said.is_exception());
        let mut own = Attributes::new(Attributes::EVENT);
        // A field of that name counts before what is known of every event.
        let mut tell = |key: &str, text: &str| {
            if !text.is_empty() && !said.fields.attributes.has(key) {
                own.add(key, Value::Text(text), self.event_limits());
            }
        };
        if is_exception {
            tell("exception.type", if said.is_panic { "panic" } else { &told.failure_kind });
            tell("exception.message", said.error());
            tell("exception.stacktrace", &told.stack);
        }
        if is_exception && !said.is_panic {
            tell("message", &told.message);
        }
        if let Some(id) = said.report {
            tell("error.id", &id.to_string());
        }
        tell("level", metadata.level().as_str());
        tell("target", metadata.target());
        let name = match &*told.message {
            _ if is_exception => EXCEPTION,
            "" => metadata.name(),
            message => message,
        };
        Message::new(out).message(EVENTS, |event| {
            event.fixed64(1, self.time(home));
            event.bytes(2, first(name).as_bytes());
            event.raw(own.as_bytes());
            event.raw(said.fields.attributes.as_bytes());
            event.count(4, own.dropped().saturating_add(said.fields.attributes.dropped()));
        });
    }

    fn note(&self, home: Home<'_>, event: &[u8], failure: Option<&Said<'_>>) {
        let max = self.shared.settings.limits.events;
        match home {
            Home::Span(span) => {
                let mut state = span.state();
                let Some(state) = state.as_deref_mut() else { return };
                if let Some(events) = state.events.next(max) {
                    events.extend_from_slice(event);
                }
                if let Some(said) = failure {
                    state.fail(&described(said.error(), said.report));
                }
            }
            Home::Request(request) => {
                let root = request.root();
                root.add_event(event, max);
                // Its identity is added when it has ended.
                if let Some(said) = failure {
                    root.fail(said.error());
                }
            }
        }
    }

    fn time(&self, home: Home<'_>) -> u64 {
        match home {
            Home::Span(span) => self.now_in(span),
            Home::Request(request) => {
                let since = u64::try_from(request.elapsed().as_nanos()).unwrap_or(u64::MAX);
                nanos(request.start().wall).saturating_add(since)
            }
        }
    }

    fn event_limits(&self) -> Limits {
        let limits = &self.shared.settings.limits;
        Limits { count: limits.event_attributes, length: limits.attribute_value_length }
    }
}

/// The description of a failed span's status: the error, and as what it is reported.
pub(super) fn described(error: &str, report: Option<EventId>) -> Cow<'_, str> {
    match report {
        None => Cow::Borrowed(error),
        Some(id) if error.is_empty() => Cow::Owned(format!("error.id {id}")),
        Some(id) => Cow::Owned(format!("{error} (error.id {id})")),
    }
}

impl Said<'_> {
    /// Whether it tells of an error.
    fn is_exception(&self) -> bool {
        let told = &self.fields.told;
        self.is_panic || !told.failure.is_empty() || !told.failure_kind.is_empty()
    }

    /// What it says of it.
    fn error(&self) -> &str {
        let told = &self.fields.told;
        if self.is_panic { &told.message } else { &told.failure }
    }
}
