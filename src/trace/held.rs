//! Spans of requests that are not sampled, which wait to see how those end.

use std::time::Duration;

use crate::config::Keep;
use crate::context::{Hold, Outcome, RequestContext, Waiting};
use crate::export::otlp::{Attributes, Limits, Value};
use crate::ledger::{Reason, Signal};

use super::{Ended, Traces, scratch};

/// Why the spans of a request are sent that is not sampled; an attribute of each of them.
const KEPT: &str = "obskit.kept";
const FAILED: &str = "failed";
const SLOW: &str = "slow";

impl Traces {
    /// Sends a span that has ended within a request, or holds it where that is not sampled.
    pub(super) fn send_within(&self, context: Option<&RequestContext>, span: &Ended<'_>) {
        // One may have begun a trace of its own within, or go on with another.
        let request = context.filter(|context| context.trace_id() == span.ids.trace_id);
        let Some(context) = request else {
            if span.ids.flags.is_sampled() {
                self.send(span);
            }
            return;
        };
        // Its route may have been found since, and with it another decision, or it was excluded.
        if !context.is_traced() {
            return;
        }
        let held = scratch::with_message(|out| {
            span.write(out);
            if context.is_gathered() {
                context.gather(out);
            }
            if context.is_sampled() {
                self.push(out);
                return None;
            }
            context.acceptor().held.is_some().then(|| Box::from(out.as_slice()))
        });
        if let Some(Hold::Send(span, kept)) = held.map(|span| context.hold(span)) {
            self.send_kept(&span, kept);
        }
    }

    /// Why the spans of a request are sent that took so long to answer.
    pub(super) fn kept(&self, outcome: Outcome, took: Option<Duration>) -> Option<&'static str> {
        let Keep { failed, slow } = self.shared.settings.keep?;
        let is_slow = slow.is_some_and(|slow| took.is_some_and(|took| took > slow));
        if failed && outcome.is_failure() { Some(FAILED) } else { is_slow.then_some(SLOW) }
    }

    /// Sends what waited: for a reason, unless the request was found to be sampled after all.
    pub(super) fn release(&self, context: &RequestContext, waiting: &Waiting, kept: Option<&str>) {
        for span in waiting.held.iter() {
            match kept {
                Some(kept) => self.send_kept(span, kept),
                None => self.push(span),
            }
        }
        if waiting.held.dropped > 0 {
            context.acceptor().ledger.drop(Signal::Span, Reason::Limit, waiting.held.dropped);
        }
    }

    pub(super) fn send_kept(&self, span: &[u8], kept: &str) {
        scratch::with_message(|out| {
            out.extend_from_slice(span);
            // The order of a message's members is free.
            let mut attribute = Attributes::new(Attributes::SPAN);
            attribute.add(KEPT, Value::Text(kept), Limits { count: 1, length: None });
            out.extend_from_slice(attribute.as_bytes());
            self.push(out);
        });
    }
}
