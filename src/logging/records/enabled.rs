//! Lines once more, as records on their way by OpenTelemetry's protocol.

use std::sync::Arc;

use crate::config::LogLimits;
use crate::export::otlp::Outlet;
use crate::ledger::{Ledger, Reason, Signal};
use crate::logging::encode::Encoder;
use crate::logging::line::Line;
use crate::logging::members::Key;
use crate::logging::schema::RecordSchema;
use crate::redaction::Redactor;

/// Where each line is sent beside the output. Fields are rendered for it a second time.
#[derive(Debug)]
pub(crate) struct Records {
    schema: RecordSchema,
    outlet: Outlet,
    ledger: Ledger,
}

/// What most records need.
const USUAL_BYTES: usize = 512;

impl Records {
    pub(crate) fn new(
        limits: &LogLimits,
        outlet: Outlet,
        ledger: Ledger,
        redactor: Arc<Redactor>,
    ) -> Self {
        Self { schema: RecordSchema::new(limits, redactor), outlet, ledger }
    }

    /// Renders the values of records.
    pub(in crate::logging) fn encoder(&self) -> &Encoder {
        self.schema.encoder()
    }

    /// The key of a user's field. Not hot.
    pub(in crate::logging) fn key(&self, name: &'static str) -> Key {
        self.schema.key(name)
    }

    /// Sends a line whose values were rendered by this encoder.
    pub(in crate::logging) fn push(&self, line: &Line<'_>) {
        let mut record = Vec::with_capacity(USUAL_BYTES);
        self.render(line, &mut record);
        self.send(&record);
    }

    /// Appends the record that `push` would send.
    pub(in crate::logging) fn render(&self, line: &Line<'_>, out: &mut Vec<u8>) {
        if self.schema.write(line, out) {
            self.ledger.drop(Signal::Record, Reason::Cut, 1);
        }
    }

    /// Sends what was rendered.
    pub(in crate::logging) fn send(&self, record: &[u8]) {
        self.outlet.push(record);
    }
}
