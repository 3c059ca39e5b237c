//! A call under way: whatever ends it, it is recorded once.

use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, Response, StatusCode};
use http_body::Body;

use crate::context::{Call, CallSpan, Outcome};
use crate::middleware::body::{Watch, WatchedBody};
use crate::middleware::grpc;

use super::ClientBody;
use super::layer::Client;

/// Held by the call's future, then by the answer's body, which ends it, or its drop does.
#[derive(Debug)]
pub struct PendingCall {
    client: Arc<Client>,
    operation: &'static str,
    began: Instant,
    is_grpc: bool,
    /// What the answer says so far, if there was one.
    answer: Option<Outcome>,
    /// Whether the caller waits for the rest of the answer, or for all of it.
    is_waiting: bool,
    end: Option<End>,
    is_recorded: bool,
    /// None where no span is made of it.
    span: Option<Box<CallSpan>>,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Complete,
    Failed,
}

impl PendingCall {
    pub(super) fn begin(
        client: &Arc<Client>,
        operation: &'static str,
        is_grpc: bool,
        (began, span): (Instant, Option<Box<CallSpan>>),
    ) -> Self {
        let (client, is_waiting) = (Arc::clone(client), true);
        let (answer, end, is_recorded) = (None, None, false);
        Self { client, operation, began, is_grpc, answer, is_waiting, end, is_recorded, span }
    }

    pub(super) fn respond<R: Body>(mut self, response: Response<R>) -> Response<ClientBody<R>> {
        let (parts, body) = response.into_parts();
        self.is_grpc = self.is_grpc && parts.status == StatusCode::OK;
        self.is_waiting = false;
        self.answer = Some(self.answer_of(parts.status, &parts.headers));
        if let Some(CallSpan { answered, .. }) = self.span.as_deref_mut() {
            answered.status = Some(parts.status.as_u16());
            answered.version = Some(parts.version);
        }
        if body.is_end_stream() {
            self.end(true);
        }
        let left = if self.is_grpc { None } else { body.size_hint().exact() };
        Response::from_parts(parts, WatchedBody::new(body, left, self))
    }

    /// No answer came, but an error of this type.
    pub(super) fn fail(mut self, error: &'static str) {
        self.end = Some(End::Failed);
        if let Some(CallSpan { answered, .. }) = self.span.as_deref_mut() {
            answered.failure = Some(error);
        }
    }

    /// Makes the record, once.
    fn finish(&mut self) {
        if std::mem::replace(&mut self.is_recorded, true) {
            return;
        }
        let duration = self.client.clock.now().saturating_duration_since(self.began);
        let call = Call {
            dependency: self.client.dependency,
            operation: self.operation,
            outcome: self.outcome(),
            duration,
            span: self.span.as_deref(),
        };
        self.client.records.iter().for_each(|record| record.record(&call));
    }

    fn answer_of(&mut self, status: StatusCode, headers: &HeaderMap) -> Outcome {
        if self.is_grpc {
            self.grpc_answer(grpc::status(headers).unwrap_or(grpc::UNKNOWN))
        } else {
            Outcome::of_http(status.as_u16())
        }
    }

    fn grpc_answer(&mut self, status: u8) -> Outcome {
        if let Some(CallSpan { answered, .. }) = self.span.as_deref_mut() {
            answered.grpc_status = Some(status);
        }
        Outcome::of_grpc(status)
    }

    /// A caller that has its answer and lets go of the rest unread has cancelled nothing.
    fn outcome(&self) -> Outcome {
        match (self.end, self.answer) {
            (None, Some(answer)) if !self.is_waiting && !self.is_grpc => answer,
            (None, _) => Outcome::Cancelled,
            (Some(End::Complete), Some(answer)) => answer,
            (Some(End::Complete | End::Failed), None) => Outcome::ServerError,
            (Some(End::Failed), Some(_)) => Outcome::BodyError,
        }
    }
}

impl Watch for PendingCall {
    fn enter<T>(&mut self, work: impl FnOnce() -> T) -> T {
        work()
    }

    fn run<T>(&mut self, work: impl FnOnce() -> T) -> T {
        self.is_waiting = true;
        work()
    }

    fn data(&mut self, _bytes: u64) {
        self.is_waiting = false;
    }

    fn trailers(&mut self, trailers: &HeaderMap) {
        if let Some(status) = grpc::status(trailers).filter(|_| self.is_grpc) {
            self.answer = Some(self.grpc_answer(status));
        }
    }

    fn end(&mut self, complete: bool) {
        if !self.is_recorded {
            self.end = Some(if complete { End::Complete } else { End::Failed });
            self.finish();
        }
    }
}

impl Drop for PendingCall {
    fn drop(&mut self) {
        self.finish();
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("dependency", &self.dependency).finish_non_exhaustive()
    }
}
