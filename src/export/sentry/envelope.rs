//! What is sent at once.

use serde_json::{Map, Value};

/// An envelope without what is only known when it is sent.
#[derive(Debug, Default)]
pub(crate) struct Envelope {
    /// Of the event or the transaction within.
    pub(crate) event_id: Option<String>,
    /// The dynamic sampling context: header `trace`.
    pub(crate) trace: Option<Map<String, Value>>,
    /// Its items, each a line of header, its payload and a line feed.
    pub(crate) items: Vec<u8>,
}

impl Envelope {
    /// What it takes while it waits.
    pub(super) fn bytes(&self) -> usize {
        self.items.len()
    }

    /// Adds an item of that type.
    pub(crate) fn add(&mut self, kind: &str, payload: &[u8]) {
        let header = serde_json::json!({ "type": kind, "length": payload.len() });
        self.items.extend_from_slice(header.to_string().as_bytes());
        self.items.push(b'\n');
        self.items.extend_from_slice(payload);
        self.items.push(b'\n');
    }
}
