//! What a collector's answer means, by the
//! [protocol's specification](https://opentelemetry.io/docs/specs/otlp/).

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};

use crate::protobuf::{Field, fields};

/// What became of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It arrived, but for so many items that were not taken.
    Taken { rejected: u64, message: String },
    /// It may be sent again, after a time if one is named.
    Later { after: Option<Duration>, why: String },
    /// It is not taken, and would not be later.
    Refused { why: String },
    /// It would be taken in smaller parts.
    TooLarge { why: String },
}

/// The most of an answer's body that is read.
pub(super) const LONGEST_BODY: usize = 64 << 10;
/// The most of a collector's own words that is kept.
const LONGEST_MESSAGE: usize = 512;

impl Answer {
    /// There was none in time.
    pub(super) fn too_late() -> Self {
        Self::Later { after: None, why: "it does not answer in time".to_owned() }
    }
}

/// By the status over HTTP, whose body is given as far as it was read.
pub(super) fn of_http(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> Answer {
    if status.is_success() {
        return of_response(body);
    }
    let why = format!("it answers {status}{}", said(status_message(body)));
    match status.as_u16() {
        429 | 502 | 503 | 504 => {
            let after = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            Answer::Later { after: after.and_then(|value| retry_after(value, now)), why }
        }
        413 => Answer::TooLarge { why },
        _ => Answer::Refused { why },
    }
}

/// By `ExportTraceServiceResponse` or `ExportLogsServiceResponse`. What is not one says nothing
/// against the export.
pub(super) fn of_response(body: &[u8]) -> Answer {
    let (mut rejected, mut message) = (0, String::new());
    for partial in members(body, 1) {
        let Field::Bytes(partial) = partial else { continue };
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

/// Seconds, or a date.
fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// The message of a `google.rpc.Status`.
fn status_message(body: &[u8]) -> String {
    let text = members(body, 2).find_map(|member| match member {
        Field::Bytes(text) => Some(words(text)),
        _ => None,
    });
    text.unwrap_or_default()
}

/// The members of that number, where the whole is a message.
fn members(body: &[u8], number: u32) -> impl Iterator<Item = Field<'_>> {
    let is_message = fields(body).all(|member| member.is_some());
    let body = if is_message { body } else { &[] };
    fields(body).flatten().filter(move |(found, _)| *found == number).map(|(_, field)| field)
}

fn words(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.trim().chars().take(LONGEST_MESSAGE).collect()
}

pub(super) fn said(message: String) -> String {
    if message.is_empty() { message } else { format!(": {message}") }
}
