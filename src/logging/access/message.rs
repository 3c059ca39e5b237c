//! What a request's line says in words, rendered once for each way of ending.

use std::hash::Hasher;

use crate::concurrent::{KeyHasher, Keyed, Query, Table};
use crate::context::{Exchange, Outcome};
use crate::logging::encode::Encoder;

/// Messages such as `GET /users/{id} 200`, as rendered values.
pub(super) struct Messages {
    known: Table<Message>,
    encoder: Encoder,
}

struct Message {
    /// What tells it from all others.
    key: u64,
    value: Box<[u8]>,
}

/// Endpoints × methods × statuses that are in use; of others the message is made each time.
const MAX_KNOWN: usize = 4_096;

impl Messages {
    pub(super) fn new(encoder: Encoder) -> Self {
        Self { known: Table::new(), encoder }
    }

    /// Hands the exchange's message to `then`.
    #[inline]
    pub(super) fn with<T>(&self, exchange: &Exchange<'_>, then: impl FnOnce(&[u8]) -> T) -> T {
        let key = key(exchange);
        match self.known.get(&key).or_else(|| self.add(key, exchange)) {
            Some(message) => then(&message.value),
            None => then(&self.render(exchange)),
        }
    }

    #[cold]
    fn add(&self, key: u64, exchange: &Exchange<'_>) -> Option<&Message> {
        let make = |position| {
            let value = (position < MAX_KNOWN).then(|| self.render(exchange))?;
            Some(Message { key, value: value.into() })
        };
        // Asked before the table is, which would have writers take turns.
        if self.known.len() < MAX_KNOWN { self.known.get_or_insert(&key, make) } else { None }
    }

    /// The outcome stands there where the status does not tell it.
    fn render(&self, exchange: &Exchange<'_>) -> Vec<u8> {
        let Exchange { context, status, grpc_status, outcome, .. } = exchange;
        let grpc = grpc_status.map(|status| format!(" grpc {status}")).unwrap_or_default();
        let end = match outcome {
            Outcome::Cancelled | Outcome::Panicked | Outcome::BodyError => outcome.as_str(),
            Outcome::Success | Outcome::ClientError | Outcome::ServerError => "",
        };
        let text = format!("{} {} {status}{grpc} {end}", context.method(), context.endpoint());
        let mut value = Vec::new();
        self.encoder.message_text(text.trim_end(), &mut value);
        value
    }
}

/// 14 bits of route, 4 of method, 3 of outcome, 10 of status, 9 of gRPC status.
#[inline]
fn key(exchange: &Exchange<'_>) -> u64 {
    let route = exchange.context.route().map_or(0, |route| route.position() as u64);
    let grpc = exchange.grpc_status.map_or(0, |status| u64::from(status) + 1);
    let at = route << 26 | (exchange.context.verb() as u64) << 22;
    at | (exchange.outcome as u64) << 19 | u64::from(exchange.status) << 9 | grpc
}

impl Keyed for Message {
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        hasher.write_u64(self.key);
    }
}

impl Query<Message> for u64 {
    #[inline]
    fn hash(&self, hasher: &mut KeyHasher<'_>) {
        hasher.write_u64(*self);
    }

    #[inline]
    fn is_key_of(&self, message: &Message) -> bool {
        *self == message.key
    }
}
