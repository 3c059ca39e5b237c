//! A call under way: whatever ends it, it is recorded once.

use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, Response};
use http_body::Body;

use crate::context::{Call, Outcome};
use crate::middleware::body::{Watch, WatchedBody};

use super::ClientBody;
use super::layer::Client;

/// Held by the call's future, then by the answer's body. Its drop makes the record.
#[derive(Debug)]
pub struct PendingCall {
    client: Arc<Client>,
    operation: &'static str,
    began: Instant,
    /// What the answer's head says, if there was one.
    answer: Option<Outcome>,
    end: Option<End>,
}

#[derive(Clone, Copy, Debug)]
enum End {
    Complete,
    Failed,
}

impl PendingCall {
    pub(super) fn begin(client: &Arc<Client>, operation: &'static str) -> Self {
        let began = client.clock.now();
        Self { client: Arc::clone(client), operation, began, answer: None, end: None }
    }

    pub(super) fn respond<R: Body>(mut self, response: Response<R>) -> Response<ClientBody<R>> {
        self.answer = Some(Outcome::of_http(response.status().as_u16()));
        let (parts, body) = response.into_parts();
        let body = if body.is_end_stream() {
            self.end(true);
            ClientBody::unwatched(body)
        } else {
            let left = body.size_hint().exact();
            WatchedBody::new(body, left, self)
        };
        Response::from_parts(parts, body)
    }

    /// No answer came.
    pub(super) fn fail(mut self) {
        self.end = Some(End::Failed);
    }

    fn outcome(&self) -> Outcome {
        match (self.end, self.answer) {
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
        work()
    }

    fn data(&mut self, _bytes: u64) {}

    fn trailers(&mut self, _trailers: &HeaderMap) {}

    fn end(mut self, complete: bool) {
        self.end = Some(if complete { End::Complete } else { End::Failed });
    }
}

impl Drop for PendingCall {
    fn drop(&mut self) {
        let duration = self.client.clock.now().saturating_duration_since(self.began);
        self.client.record.record(&Call {
            dependency: self.client.dependency,
            operation: self.operation,
            outcome: self.outcome(),
            duration,
        });
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("dependency", &self.dependency).finish_non_exhaustive()
    }
}
