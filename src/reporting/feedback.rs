//! What users say of failures.
//!
//! As <https://develop.sentry.dev/sdk/telemetry/feedbacks/> has it.

use std::sync::Arc;

use sentry::Level;
use sentry::protocol::{Context, Event, Map, Uuid};

use crate::context::{EventId, RequestContext};
use crate::export::sentry::{Category, Discard, Envelope, Posting};

use super::{Common, Reports, envelope, request};

/// What a user says of a failure, for [`Telemetry::feedback`](crate::Telemetry::feedback).
///
/// What is longer than its bound is cut. The redaction policy stands before it, as before all that
/// leaves.
///
/// ```
/// use obskit::telemetry::Feedback;
///
/// let feedback = Feedback::new("It said 500 when I saved my workout.")
///     .name("Ada")
///     .email("ada@example.com");
/// assert_eq!(feedback.message, "It said 500 when I saved my workout.");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feedback {
    /// What happened, in the user's words: at most 4,096 characters. Without any, nothing is sent.
    pub message: String,
    /// Who says it: at most 128 characters.
    pub name: Option<String>,
    /// Where to answer: at most 128 characters.
    pub email: Option<String>,
    /// The page that the user was on: at most 2,048 characters.
    pub url: Option<String>,
}

const MAX_MESSAGE_CHARS: usize = 4_096;
const MAX_NAME_CHARS: usize = 128;
const MAX_URL_CHARS: usize = 2_048;
/// What it takes while it waits, beside its texts.
const BYTES: usize = 1 << 10;

impl Feedback {
    /// What happened, in the user's words.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// With the user's name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// With an address to answer at.
    #[must_use]
    pub fn email(mut self, email: impl Into<String>) -> Self {
        self.email = Some(email.into());
        self
    }

    /// With the page that the user was on.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    fn cut(self) -> Self {
        let Self { message, name, email, url } = self;
        Self {
            message: first(message.trim(), MAX_MESSAGE_CHARS),
            name: name.map(|name| first(&name, MAX_NAME_CHARS)),
            email: email.map(|email| first(&email, MAX_NAME_CHARS)),
            url: url.map(|url| first(&url, MAX_URL_CHARS)),
        }
    }

    fn bytes(&self) -> usize {
        let Self { message, name, email, url } = self;
        let rest = [name, email, url].into_iter().flatten();
        BYTES + message.len() + rest.map(String::len).sum::<usize>()
    }
}

impl Reports {
    /// Sends what a user says of the failure of that identity.
    pub(crate) fn feedback(&self, failure: EventId, feedback: Feedback) {
        let feedback = feedback.cut();
        if feedback.message.is_empty() {
            return;
        }
        let common = Arc::clone(&self.shared.common);
        let current = RequestContext::current();
        let current = self.of(current.as_ref()).cloned();
        self.shared.outbox.post(Posting {
            category: Category::Feedback,
            quantity: 1,
            bytes: feedback.bytes(),
            make: Box::new(move || build(failure, feedback, current.as_ref(), &common)),
        });
    }
}

fn build(
    failure: EventId,
    feedback: Feedback,
    current: Option<&RequestContext>,
    common: &Common,
) -> Result<Envelope, Discard> {
    let Feedback { message, name, email, url } = feedback;
    let given = [("name", name), ("contact_email", email), ("url", url)];
    let given = given.into_iter().filter_map(|(key, text)| Some((key, text?)));
    let said = [("message", message), ("associated_event_id", failure.to_string())];
    let said = said.into_iter().chain(given).map(|(key, text)| (key.to_owned(), text.into()));
    let mut event = Event {
        event_id: Uuid::from_bytes(EventId::random().to_bytes()),
        level: Level::Info,
        timestamp: common.clock.wall(),
        ..Event::new()
    };
    event.contexts.insert("feedback".to_owned(), Context::Other(said.collect::<Map<_, _>>()));
    if let Some(request) = current {
        request::fill(&mut event, request);
    }
    envelope::seal("feedback", envelope::json(event, common)?, common, None)
}

fn first(text: &str, chars: usize) -> String {
    text.chars().take(chars).collect()
}
