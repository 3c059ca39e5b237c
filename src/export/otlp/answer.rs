//! What a collector's answer means, by the
//! [protocol's specification](https://opentelemetry.io/docs/specs/otlp/).

mod http;

use std::time::Duration;

use crate::export::Trouble;
use crate::export::client::Unanswered;
use crate::protobuf::{Field, fields};

pub(super) use http::of_http;

/// What became of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It arrived, but for so many items that were not taken, and the collector's words on that.
    Taken { rejected: u64, message: String },
    /// It may be sent again, after a time if one is named.
    Later { after: Option<Duration>, trouble: Trouble },
    /// It is not taken, and would not be later.
    Refused(Trouble),
    /// It would be taken in smaller parts.
    TooLarge(Trouble),
}

/// The most of a collector's own words that is kept, in characters.
const LONGEST_MESSAGE: usize = 256;

pub(super) const CREDENTIALS: &str = "Set its credentials in OTEL_EXPORTER_OTLP_HEADERS.";
pub(super) const ITS_LOG: &str = "Look at its own log.";
pub(super) const SIZE: &str = "Let it take larger requests, or make OTEL_BSP_MAX_EXPORT_BATCH_SIZE \
    or OTEL_BLRP_MAX_EXPORT_BATCH_SIZE smaller.";

impl Answer {
    /// There was none.
    pub(super) fn none(
        Unanswered { why, is_of_certificates, is_of_connecting }: Unanswered,
    ) -> Self {
        let hint = if is_of_certificates {
            "Name who signed its certificate in OTEL_EXPORTER_OTLP_CERTIFICATE, and if it wants \
             one of yours, that in OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE."
        } else if is_of_connecting {
            "Start the collector, or set OTEL_EXPORTER_OTLP_ENDPOINT to where it listens."
        } else {
            "Does it speak OTEL_EXPORTER_OTLP_PROTOCOL on that port? gRPC is mostly on 4317, HTTP \
             on 4318, and TLS wants https."
        };
        Self::Later { after: None, trouble: Trouble::new(why, hint) }
    }

    /// There was none in time.
    pub(super) fn too_late() -> Self {
        let hint = "It hangs or is slow: look at its own log. OTEL_EXPORTER_OTLP_TIMEOUT says how \
            long it has.";
        Self::Later { after: None, trouble: Trouble::new("it does not answer in time", hint) }
    }
}

/// By `ExportTraceServiceResponse` or `ExportLogsServiceResponse`, which have the same numbers.
/// What is not one says nothing against the export.
pub(super) fn of_response(body: &[u8]) -> Answer {
    let (mut rejected, mut message) = (0, String::new());
    for partial in texts(body, 1) {
        for member in fields(partial) {
            match member {
                // An `int64`; what is below zero says nothing.
                Some((1, Field::Number(count))) if count.cast_signed() >= 0 => rejected = count,
                Some((2, Field::Bytes(text))) => message = words(text),
                _ => {}
            }
        }
    }
    Answer::Taken { rejected, message }
}

/// The members of that number that are texts or messages, where the whole is a message.
pub(super) fn texts(body: &[u8], number: u32) -> impl Iterator<Item = &[u8]> {
    let is_message = fields(body).all(|member| member.is_some());
    let body = if is_message { body } else { &[] };
    fields(body).flatten().filter_map(move |(found, field)| match field {
        Field::Bytes(text) if found == number => Some(text),
        _ => None,
    })
}

/// What the collector says, if it is not too much.
pub(super) fn words(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.trim().chars().take(LONGEST_MESSAGE).collect()
}

/// A reason, and the collector's own words on it.
pub(super) fn told(why: impl Into<String>, words: &str) -> String {
    let why = why.into();
    if words.is_empty() { why } else { format!("{why}: {words}") }
}
