//! The server span of a request, made from its exchange, and the span of a job's run.
//!
//! Names are those of the stable semantic conventions for HTTP and of the release candidate of
//! those for RPC.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::context::{
    Exchange, Outcome, Private, Record, RequestContext, Run, Shape, UNMATCHED, Verb, Waiting,
};
use crate::export::otlp::{Attributes, Limits, Value};

use super::http::{OTHER, protocol_version};
use super::rpc::status_name;
use super::scratch::{self, Scratch};
use super::{Ended, Kind, Status, Traces, links};

/// What has ended, as far as its span is the same for requests and for runs.
struct Root<'a> {
    context: &'a RequestContext,
    outcome: Outcome,
    took: Duration,
    kind: Kind,
    /// Why it is sent, if it is not sampled.
    kept: Option<&'static str>,
    said: Waiting,
}

/// Attributes under way.
struct Told<'a> {
    attributes: &'a mut Attributes,
    limits: Limits,
}

impl Record for Traces {
    fn record(&self, exchange: &Exchange<'_>) {
        // A stream lasts as long as somebody listens, so only its head can be late.
        let answered = match exchange.shape {
            Shape::Unary => Some(exchange.duration),
            Shape::Stream | Shape::Upgrade => exchange.time_to_head,
        };
        let (context, outcome) = (exchange.context, exchange.outcome);
        let Some((kept, said)) = self.end(context, outcome, answered) else { return };
        let (took, kind) = (exchange.duration, Kind::Server);
        scratch::with(|scratch| {
            let mut told = Told { attributes: &mut scratch.attributes, limits: self.limits() };
            if exchange.is_grpc {
                told.grpc(exchange, &mut scratch.name);
            } else {
                told.http(exchange, &mut scratch.name);
            }
            told.transfer(exchange);
            if let Some(private) = &exchange.seen.private {
                told.private(private, self);
            }
            self.send_root(scratch, Root { context, outcome, took, kind, kept, said });
        });
    }

    fn record_run(&self, run: &Run<'_>) {
        let Run { context, outcome } = *run;
        let took = context.elapsed();
        let Some((kept, said)) = self.end(context, outcome, Some(took)) else { return };
        let kind = Kind::Internal;
        scratch::with(|scratch| {
            let mut told = Told { attributes: &mut scratch.attributes, limits: self.limits() };
            scratch.name.push_str(context.endpoint());
            told.text("obskit.job", context.endpoint());
            if outcome.is_failure() {
                told.text("error.type", error_word(outcome).unwrap_or(OTHER));
            }
            self.send_root(scratch, Root { context, outcome, took, kind, kept, said });
        });
    }
}

impl Traces {
    /// What was said of the span of a request that has ended, and why it is sent if it is not
    /// sampled. None where it is not sent.
    fn end(
        &self,
        context: &RequestContext,
        outcome: Outcome,
        answered: Option<Duration>,
    ) -> Option<(Option<&'static str>, Waiting)> {
        if !context.is_traced() {
            return None;
        }
        if context.is_sampled() {
            let said = context.said_of_root().map(|root| root.take(None));
            return Some((None, said.unwrap_or_default()));
        }
        let Some(kept) = self.kept(outcome, answered) else {
            // What ends later waits for nothing, until its request is gone.
            drop(context.said_of_root().map(|root| root.take(None)));
            return None;
        };
        // Told also where nothing was said so far: of a child that ends later.
        Some((Some(kept), context.root().take(Some(kept))))
    }

    /// Adds what every root says, and sends it.
    fn send_root(&self, scratch: &mut Scratch, root: Root<'_>) {
        let Root { context, outcome, took, kind, kept, said } = root;
        let mut told = Told { attributes: &mut scratch.attributes, limits: self.limits() };
        told.text("request_id", context.request_id().as_str());
        if let Some(user) = context.user() {
            self.shared.redactor.text(user, false, |user| told.text("user.id", user));
        }
        if matches!(outcome, Outcome::Cancelled | Outcome::Panicked | Outcome::BodyError) {
            told.text("obskit.outcome", outcome.as_str());
        }
        let has_room = said.links.count < self.shared.settings.limits.links;
        if let Some(to) = context.link().filter(|_| has_room) {
            links::write(to.into(), to.tracestate.as_ref(), &mut scratch.links);
        }
        scratch.links.extend_from_slice(&said.links.bytes);
        let failure = said.failure.as_deref().unwrap_or_default();
        let start = nanos(context.start().wall);
        let span = Ended {
            ids: context.ids(),
            parent: context.parent_span_id(),
            has_remote_parent: context.parent_span_id().is_some(),
            tracestate: context.tracestate(),
            name: &scratch.name,
            kind,
            start,
            end: start.saturating_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)),
            attributes: &scratch.attributes,
            events: &said.events.bytes,
            dropped_events: said.events.dropped,
            links: &scratch.links,
            dropped_links: said.links.dropped + u32::from(context.link().is_some() && !has_room),
            status: if outcome.is_failure() { Status::Error(failure) } else { Status::Unset },
        };
        self.release(context, &said, kept);
        let Some(kept) = kept else { return self.send(&span) };
        let mut bytes = Vec::new();
        span.write(&mut bytes);
        self.send_kept(&bytes, kept);
    }
}

impl Told<'_> {
    fn http(&mut self, exchange: &Exchange<'_>, name: &mut String) {
        let (context, route) = (exchange.context, exchange.context.endpoint());
        self.text("http.request.method", context.method());
        name.push_str(if context.verb() == Verb::Other { "HTTP" } else { context.method() });
        if route != UNMATCHED {
            self.text("http.route", route);
            name.push(' ');
            name.push_str(route);
        }
        self.number("http.response.status_code", exchange.status.into());
        match (exchange.outcome, error_word(exchange.outcome)) {
            (_, Some(word)) => self.text("error.type", word),
            (Outcome::ServerError, None) => self.status("error.type", exchange.status),
            _ => {}
        }
    }

    fn grpc(&mut self, exchange: &Exchange<'_>, name: &mut String) {
        let method = grpc_method(exchange.context.endpoint());
        self.text("rpc.system.name", "grpc");
        self.text("rpc.method", method.unwrap_or(OTHER));
        name.push_str(method.unwrap_or("grpc"));
        let status = exchange.grpc_status.map(status_name);
        if let Some(status) = status {
            self.text("rpc.response.status_code", status);
        }
        // What another than its service has answered.
        if exchange.status != 200 && exchange.outcome != Outcome::Cancelled {
            self.number("http.response.status_code", exchange.status.into());
        }
        match (exchange.outcome, error_word(exchange.outcome).or(status)) {
            (outcome, Some(word)) if outcome.is_failure() => self.text("error.type", word),
            (Outcome::ServerError, _) => self.status("error.type", exchange.status),
            _ => {}
        }
    }

    fn transfer(&mut self, exchange: &Exchange<'_>) {
        self.text("url.scheme", if exchange.seen.is_https { "https" } else { "http" });
        if let Some(version) = protocol_version(exchange.version) {
            self.text("network.protocol.version", version);
        }
        if let Some(bytes) = exchange.request_bytes {
            self.bytes("http.request.body.size", bytes);
        }
        self.bytes("http.response.body.size", exchange.response_bytes);
    }

    fn private(&mut self, private: &Private, traces: &Traces) {
        let Private { path, client, user_agent, server, port } = private;
        let texts =
            [("url.path", path), ("user_agent.original", user_agent), ("server.address", server)];
        for (key, text) in texts {
            if let Some(text) = text {
                self.text(key, &traces.shared.redactor.clean(text));
            }
        }
        if let Some(client) = client {
            self.text("client.address", &client.to_string());
        }
        if let Some(port) = *port {
            self.number("server.port", port.into());
        }
    }

    fn text(&mut self, key: &str, value: &str) {
        self.attributes.add(key, Value::Text(value), self.limits);
    }

    fn number(&mut self, key: &str, value: i64) {
        self.attributes.add(key, Value::Int(value), self.limits);
    }

    fn bytes(&mut self, key: &str, bytes: u64) {
        self.number(key, bytes.try_into().unwrap_or(i64::MAX));
    }

    #[cold]
    fn status(&mut self, key: &str, status: u16) {
        let mut text = String::new();
        let _ = write!(text, "{status}");
        self.text(key, &text);
    }
}

/// Since 1970.
pub(super) fn nanos(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// What went wrong, where the status does not tell it.
fn error_word(outcome: Outcome) -> Option<&'static str> {
    matches!(outcome, Outcome::Panicked | Outcome::BodyError).then(|| outcome.as_str())
}

/// The method that a template of the form `/package.Service/Method` names.
fn grpc_method(template: &str) -> Option<&str> {
    let method = template.strip_prefix('/')?;
    let (service, name) = method.split_once('/')?;
    let is_name = |part: &str| !part.is_empty() && !part.contains(['/', '{', '*']);
    (is_name(service) && is_name(name)).then_some(method)
}
