//! The client span of a call to another service, by the stable conventions for HTTP and those for
//! gRPC.

use std::borrow::Cow;

use crate::context::{Answered, Asked, Call, CallSpan, Outcome, RecordCall, TraceState, Verb};
use crate::export::otlp::{Attributes, Limits, Value};

use super::http::{OTHER, protocol_version};
use super::rpc::status_name;
use super::server::nanos;
use super::{Ended, Kind, Status, Traces};

/// Attributes under way.
struct Told {
    attributes: Attributes,
    limits: Limits,
}

impl RecordCall for Traces {
    fn record(&self, call: &Call<'_>) {
        let Some(span) = call.span else { return };
        let mut told =
            Told { attributes: Attributes::new(Attributes::SPAN), limits: self.limits() };
        told.asked(&span.asked);
        if let Some(url) = &span.asked.url {
            self.shared.redactor.text(url, false, |url| told.text("url.full", url));
        }
        told.text("service.peer.name", call.dependency);
        told.answered(&span.asked, &span.answered);
        let error = error_type(call, &span.answered);
        if let Some(error) = error {
            told.text("error.type", error.as_ref());
        }
        if matches!(call.outcome, Outcome::Cancelled | Outcome::BodyError) {
            told.text("obskit.outcome", call.outcome.as_str());
        }
        let start = nanos(span.started);
        let took = u64::try_from(call.duration.as_nanos()).unwrap_or(u64::MAX);
        self.send_within(
            span.context.as_ref(),
            &Ended {
                ids: span.ids,
                parent: span.parent,
                has_remote_parent: false,
                tracestate: tracestate(span),
                name: &name(&span.asked),
                kind: Kind::Client,
                start,
                end: start.saturating_add(took),
                attributes: &told.attributes,
                events: &[],
                dropped_events: 0,
                links: &[],
                dropped_links: 0,
                status: if has_failed(call.outcome) { Status::Error("") } else { Status::Unset },
            },
        );
    }
}

impl Told {
    fn asked(&mut self, asked: &Asked) {
        match &asked.grpc_method {
            Some(method) => {
                self.text("rpc.system.name", "grpc");
                self.text("rpc.method", method);
            }
            None => self.text("http.request.method", asked.verb.as_str()),
        }
        if let Some(address) = &asked.address {
            self.text("server.address", address);
        }
        if let Some(port) = asked.port {
            self.number("server.port", port.into());
        }
        if let Some(template) = asked.template {
            self.text("url.template", template);
        }
        if asked.resends > 0 {
            self.number("http.request.resend_count", asked.resends.into());
        }
        if let Some(operation) = asked.operation {
            self.text("obskit.operation", operation);
        }
    }

    fn answered(&mut self, asked: &Asked, answered: &Answered) {
        if let Some(status) = answered.grpc_status {
            self.text("rpc.response.status_code", status_name(status));
        }
        // That of a gRPC call is 200, or what another than its service has answered.
        if let Some(status) =
            answered.status.filter(|status| asked.grpc_method.is_none() || *status != 200)
        {
            self.number("http.response.status_code", status.into());
        }
        if let Some(version) = answered.version.and_then(protocol_version) {
            self.text("network.protocol.version", version);
        }
    }

    fn text(&mut self, key: &str, value: &str) {
        self.attributes.add(key, Value::Text(value), self.limits);
    }

    fn number(&mut self, key: &str, value: i64) {
        self.attributes.add(key, Value::Int(value), self.limits);
    }
}

/// Low in number, as the names of spans are to be.
fn name(asked: &Asked) -> Cow<'_, str> {
    let method = match (&asked.grpc_method, asked.verb) {
        (Some(method), _) if **method == *OTHER => "grpc",
        (Some(method), _) => return Cow::Borrowed(method),
        (None, Verb::Other) => "HTTP",
        (None, verb) => verb.as_str(),
    };
    asked.template.map_or(Cow::Borrowed(method), |template| format!("{method} {template}").into())
}

/// To a caller, what is its own fault is an error, too.
fn has_failed(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Success | Outcome::Cancelled)
}

/// What went wrong, in a word.
fn error_type(call: &Call<'_>, answered: &Answered) -> Option<Cow<'static, str>> {
    if !has_failed(call.outcome) {
        return None;
    }
    let word = match (call.outcome, answered) {
        (Outcome::BodyError, _) => call.outcome.as_str(),
        (_, Answered { grpc_status: Some(status), .. }) => status_name(*status),
        (_, Answered { status: Some(status), .. }) => return Some(status.to_string().into()),
        // The type of a boxed error says nothing.
        (_, Answered { failure, .. }) => {
            failure.filter(|name| !name.contains("dyn ")).unwrap_or(OTHER)
        }
    };
    Some(Cow::Borrowed(word))
}

fn tracestate(span: &CallSpan) -> Option<&TraceState> {
    let own = span.context.as_ref().filter(|own| own.trace_id() == span.ids.trace_id)?;
    own.tracestate()
}
