//! What the spans of functions with an attribute say of their calls' ends.

use crate::context::{CallEnd, Outcome};
use crate::export::otlp::Value;
use crate::redaction::FailurePart;

use super::http::OTHER;
use super::{Kind, LocalSpan, Traces};

/// What went wrong, as it may leave.
#[derive(Default)]
struct Wrong {
    kind: Option<String>,
    text: String,
}

impl Traces {
    /// Tells a span how the call ended that ran in it. What the span's own fields say stays.
    pub(crate) fn call_ended(&self, span: &LocalSpan, end: &CallEnd<'_>) {
        if span.state().is_none() {
            return;
        }
        // An error's own code may use the span, so it runs before that is locked.
        let wrong = has_failed(end).then(|| self.wrong(end));
        let limits = self.limits();
        let mut state = span.state();
        let Some(state) = state.as_deref_mut() else { return };
        let attributes = &mut state.fields.attributes;
        if let Some((dependency, operation)) = end.dependency {
            let told = &mut state.fields.told;
            told.kind.get_or_insert(Kind::Client);
            if told.name.is_empty() {
                told.name.extend([operation, " ", dependency]);
            }
            attributes.set("service.peer.name", Value::Text(dependency), limits);
            attributes.set("obskit.operation", Value::Text(operation), limits);
        }
        if let Some(outcome @ (Outcome::Cancelled | Outcome::Panicked)) = end.outcome {
            attributes.set("obskit.outcome", Value::Text(outcome.as_str()), limits);
        }
        if let Some(Wrong { kind, text }) = wrong {
            let kind = kind.as_deref().unwrap_or(OTHER);
            attributes.set("error.type", Value::Text(kind), limits);
            if !state.has_failed {
                state.fail(&text);
            }
        }
    }

    fn wrong(&self, end: &CallEnd<'_>) -> Wrong {
        let mut wrong = Wrong::default();
        if end.outcome == Some(Outcome::Panicked) {
            wrong.kind = Some(Outcome::Panicked.as_str().to_owned());
        }
        if let Some(failure) = end.failure {
            self.shared.redactor.error(&*failure(), &mut |part, text| match part {
                FailurePart::Kind => wrong.kind = Some(text.to_owned()),
                FailurePart::Message => text.clone_into(&mut wrong.text),
                FailurePart::Stack => {}
            });
        }
        wrong
    }
}

/// Whether the span's status is an error: to the caller of a dependency any failure is one.
fn has_failed(end: &CallEnd<'_>) -> bool {
    match end.outcome {
        Some(Outcome::ClientError) => end.dependency.is_some(),
        Some(outcome) => outcome.is_failure(),
        None => false,
    }
}
