//! The server span of a request, made from its exchange, and the span of a job's run.
//!
//! Names are those of the stable semantic conventions for HTTP and of the release candidate of
//! those for RPC.

use std::fmt::Write;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::context::{
    Exchange, Outcome, Private, Record, RequestContext, Run, Shape, Transaction, UNMATCHED, Verb,
    Waiting,
};
use crate::export::otlp::{Attributes, Limits, Value};

use super::event::described;
use super::http::{OTHER, protocol_version};
use super::rpc::status_name;
use super::scratch::{self, Scratch};
use super::{Ended, Kind, Status, Traces, links};

/// What has ended, as far as its span is the same for requests and for runs.
struct Root<'a> {
    context: &'a RequestContext,
    outcome: Outcome,
    status: Option<u16>,
    grpc_status: Option<u8>,
    took: Duration,
    kind: Kind,
    fate: Fate,
    said: Waiting,
}

/// What becomes of a root.
#[derive(Clone, Copy)]
struct Fate {
    is_exported: bool,
    /// Why it is, if it is not sampled.
    kept: Option<&'static str>,
    /// It is sent as a transaction, with what was gathered.
    is_gathered: bool,
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
        let Some((fate, said)) = self.end(context, outcome, answered) else { return };
        let (took, kind) = (exchange.duration, Kind::Server);
        let (status, grpc_status) = (Some(exchange.status), exchange.grpc_status);
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
            let root = Root { context, outcome, status, grpc_status, took, kind, fate, said };
            self.send_root(scratch, root);
        });
    }

    fn record_run(&self, run: &Run<'_>) {
        let Run { context, outcome, .. } = *run;
        let took = context.elapsed();
        let Some((fate, said)) = self.end(context, outcome, Some(took)) else { return };
        let (kind, status, grpc_status) = (Kind::Internal, None, None);
        scratch::with(|scratch| {
            let mut told = Told { attributes: &mut scratch.attributes, limits: self.limits() };
            scratch.name.push_str(context.endpoint());
            told.text("obskit.job", context.endpoint());
            if outcome.is_failure() {
                told.text("error.type", error_word(outcome).unwrap_or(OTHER));
            }
            let root = Root { context, outcome, status, grpc_status, took, kind, fate, said };
            self.send_root(scratch, root);
        });
    }
}

impl Traces {
    /// What becomes of the span of a request that has ended, and what was said of it. None where
    /// it is not sent at all.
    fn end(
        &self,
        context: &RequestContext,
        outcome: Outcome,
        answered: Option<Duration>,
    ) -> Option<(Fate, Waiting)> {
        if !context.is_traced() {
            return None;
        }
        let is_gathered = context.is_gathered();
        if context.is_sampled() {
            let said = context.said_of_root().map(|root| root.take(None));
            let fate = Fate { is_exported: self.are_exported(), kept: None, is_gathered };
            return Some((fate, said.unwrap_or_default()));
        }
        let is_held = context.acceptor().held.is_some();
        let kept = if is_held { self.kept(outcome, answered) } else { None };
        if kept.is_none() && !is_gathered {
            // What ends later waits for nothing, until its request is gone.
            drop(context.said_of_root().map(|root| root.take(None)));
            return None;
        }
        let fate = Fate { is_exported: kept.is_some(), kept, is_gathered };
        // Told also where nothing was said so far: of a child that ends later.
        Some((fate, context.root().take(kept)))
    }

    /// Adds what every root says, and sends it.
    fn send_root(&self, scratch: &mut Scratch, root: Root<'_>) {
        let Root { context, outcome, said, .. } = &root;
        let mut told = Told { attributes: &mut scratch.attributes, limits: self.limits() };
        told.text("request_id", context.request_id().as_str());
        if let Some(user) = context.user() {
            self.shared.redactor.text(user, false, |user| told.text("user.id", user));
        }
        let report = context.failure_id();
        if let Some(id) = report {
            told.text("error.id", &id.to_string());
        }
        if matches!(outcome, Outcome::Cancelled | Outcome::Panicked | Outcome::BodyError) {
            told.text("obskit.outcome", outcome.as_str());
        }
        let has_room = said.links.count < self.shared.settings.limits.links;
        if let Some(to) = context.link().filter(|_| has_room) {
            links::write(to.into(), to.tracestate.as_ref(), &mut scratch.links);
        }
        scratch.links.extend_from_slice(&said.links.bytes);
        let dropped_links = said.links.dropped + u32::from(context.link().is_some() && !has_room);
        scratch::with_message(|out| {
            let failure = described(root.said.failure.as_deref().unwrap_or_default(), report);
            root.span(scratch, &failure, dropped_links).write(out);
            drop(failure);
            self.hand_on(out, root);
        });
    }

    /// Sends an encoded root: as a span after those that have waited for it, and with those that
    /// were gathered.
    fn hand_on(&self, bytes: &[u8], root: Root<'_>) {
        let Root { context, outcome, status, grpc_status, fate, said, .. } = root;
        if fate.is_exported {
            self.release(context, &said, fate.kept);
            match fate.kept {
                Some(kept) => self.send_kept(bytes, kept),
                None => self.push(bytes),
            }
        }
        if let Some(gathering) = context.acceptor().gathering.as_ref().filter(|_| fate.is_gathered)
        {
            let (context, root) = (context.clone(), bytes.into());
            let spans = said.gathered;
            gathering.take(Transaction { context, outcome, status, grpc_status, root, spans });
        }
    }
}

impl Root<'_> {
    fn span<'a>(&'a self, scratch: &'a Scratch, failure: &'a str, dropped_links: u32) -> Ended<'a> {
        let Self { context, outcome, took, kind, said, .. } = self;
        let start = nanos(context.start().wall);
        Ended {
            ids: context.ids(),
            parent: context.parent_span_id(),
            has_remote_parent: context.parent_span_id().is_some(),
            tracestate: context.tracestate(),
            name: &scratch.name,
            kind: *kind,
            start,
            end: start.saturating_add(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)),
            attributes: &scratch.attributes,
            events: &said.events.bytes,
            dropped_events: said.events.dropped,
            links: &scratch.links,
            dropped_links,
            status: if outcome.is_failure() { Status::Error(failure) } else { Status::Unset },
        }
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
