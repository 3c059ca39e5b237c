//! What a status of gRPC means for an export.

use std::time::Duration;

use http::HeaderMap;
use percent_encoding::percent_decode_str;

use crate::export::Trouble;
use crate::export::otlp::answer::{Answer, CREDENTIALS, ITS_LOG, SIZE, texts, told, words};
use crate::export::standing::BUSY;
use crate::protobuf::{Field, fields};

pub(super) const STATUS: &str = "grpc-status";
const MESSAGE: &str = "grpc-message";
const DETAILS: &str = "grpc-status-details-bin";
/// What the details name a `RetryInfo` by, after some host.
const RETRY_INFO: &[u8] = b"/google.rpc.RetryInfo";
const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// `None` where all is well.
pub(super) fn read(headers: &HeaderMap) -> Option<Answer> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let code = header(STATUS).and_then(|code| code.trim().parse().ok());
    let name = code.and_then(|code: usize| NAMES.get(code)).unwrap_or(&"UNKNOWN");
    let said: Vec<u8> = percent_decode_str(header(MESSAGE).unwrap_or_default()).collect();
    let said = words(&said);
    let details = header(DETAILS).and_then(base64).unwrap_or_default();
    let trouble = |hint| Trouble::new(told(format!("it answers {name}"), &said), hint);
    let after = retry_delay(&details);
    Some(match (*name, after) {
        ("OK", _) => return None,
        ("RESOURCE_EXHAUSTED" | "OUT_OF_RANGE", None) if is_about_size(&said) => {
            Answer::TooLarge(trouble(SIZE))
        }
        (
            "CANCELLED" | "DEADLINE_EXCEEDED" | "ABORTED" | "OUT_OF_RANGE" | "UNAVAILABLE"
            | "DATA_LOSS",
            after,
        )
        | ("RESOURCE_EXHAUSTED", after @ Some(_)) => {
            Answer::Later { after, trouble: trouble(BUSY) }
        }
        ("UNAUTHENTICATED" | "PERMISSION_DENIED", _) => Answer::Refused(trouble(CREDENTIALS)),
        ("UNIMPLEMENTED", _) => Answer::Refused(trouble(
            "It takes no such exports by gRPC, or no gzip: set OTEL_EXPORTER_OTLP_PROTOCOL or \
             OTEL_EXPORTER_OTLP_COMPRESSION.",
        )),
        ("RESOURCE_EXHAUSTED", None) => Answer::Refused(trouble(BUSY)),
        _ => Answer::Refused(trouble(ITS_LOG)),
    })
}

/// What has answered was no gRPC server, or went away.
pub(super) fn none() -> Answer {
    let hint = "Does it speak gRPC on that port? That is mostly 4317.";
    Answer::Later { after: None, trouble: Trouble::new("it answers without a status", hint) }
}

/// Servers say by words alone that a message was too large.
fn is_about_size(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["larger than max", "too large", "exceeds maximum", "exceeds the limit"]
        .iter()
        .any(|words| message.contains(words))
}

/// Of a `google.rpc.Status`, whose details are `google.protobuf.Any`.
fn retry_delay(status: &[u8]) -> Option<Duration> {
    let info = texts(status, 3)
        .find(|any| texts(any, 1).next().is_some_and(|type_url| type_url.ends_with(RETRY_INFO)))?;
    let delay = texts(info, 2).next().and_then(|info| texts(info, 1).next()).unwrap_or_default();
    let (mut seconds, mut nanos) = (0, 0);
    for member in fields(delay) {
        match member {
            Some((1, Field::Number(number))) => seconds = number,
            Some((2, Field::Number(number))) => nanos = number,
            _ => {}
        }
    }
    // A negative time is none.
    let is_time = seconds.cast_signed() >= 0 && nanos < 1_000_000_000;
    let nanos = u32::try_from(nanos).unwrap_or_default();
    Some(if is_time { Duration::new(seconds, nanos) } else { Duration::ZERO })
}

/// With or without padding.
fn base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0);
    for digit in text.bytes() {
        let digit = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            let [.., byte] = (bits >> count).to_be_bytes();
            bytes.push(byte);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    fn answer(code: &str, message: &str, details: &str) -> Option<Answer> {
        let pairs = [(STATUS, code), (MESSAGE, message), (DETAILS, details)];
        let pairs = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let pairs = pairs.map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        });
        read(&pairs.collect())
    }

    /// A status with a `RetryInfo` of 3.5 s, by the definitions of google.rpc.
    const IN_A_WHILE: &str =
        "CAgaNgoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIKCggIAxCAyrXuAQ";

    #[test]
    fn codes_say_whether_to_try_again() {
        let check = |code: &str, details: &str, expected: &str| {
            let found = match answer(code, "", details) {
                None => "fine",
                Some(Answer::Later { after: None, .. }) => "later",
                Some(Answer::Later { after: Some(after), .. }) => {
                    assert_eq!(after, Duration::from_millis(3_500));
                    "in a while"
                }
                Some(Answer::Refused(_)) => "refused",
                Some(other) => panic!("{other:?}"),
            };
            assert_eq!(found, expected, "{code} {details}");
        };
        check("0", "", "fine");
        for code in ["1", "4", "10", "11", "14", "15"] {
            check(code, "", "later");
            check(code, IN_A_WHILE, "in a while");
        }
        for code in ["2", "3", "5", "6", "7", "9", "12", "13", "16"] {
            check(code, "", "refused");
            check(code, IN_A_WHILE, "refused");
        }
        check("8", "", "refused");
        check("8", IN_A_WHILE, "in a while");
        for code in ["17", "-1", "x", "99999999999999999999"] {
            check(code, "", "refused");
        }
        // Padded, and then cut off, which says nothing.
        check("14", &format!("{IN_A_WHILE}=="), "in a while");
        check("14", &IN_A_WHILE[..40], "later");
        check("14", "!", "later");
    }

    #[test]
    fn servers_say_by_words_that_it_is_too_much() {
        let check = |code: &str, words: &str| {
            let found = answer(code, words, "");
            assert!(matches!(found, Some(Answer::TooLarge(_))), "{code} {words}: {found:?}");
        };
        check("8", "grpc: received message larger than max (5000000 vs. 4194304)");
        check("8", "gRPC message exceeds maximum size 4194304: 5000000");
        check("11", "Error, decoded message length too large: found 5 bytes, the limit is: 4");
        check("8", "Received message larger than max (5 vs. 4)");
    }

    #[test]
    fn messages_are_percent_encoded() {
        let Some(Answer::Refused(trouble)) = answer("3", "no%20such%20tenant%3A %C3%A4%zz", "")
        else {
            panic!("it is taken")
        };
        assert_eq!(trouble.why, "it answers INVALID_ARGUMENT: no such tenant: ä%zz");
    }

    proptest! {
        #[test]
        fn no_status_is_too_much(
            code in "[ -~]{0,8}",
            message in "[ -~]{0,600}",
            details in "[ -~]{0,90}",
        ) {
            if let Some(Answer::Refused(trouble)) = answer(&code, &message, &details) {
                prop_assert!(trouble.why.chars().count() <= 300);
            }
        }

        #[test]
        fn base64_is_what_others_make_of_it(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            const DIGITS: &[u8; 64] =
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
            let bits_of = |byte: &u8| {
                let byte = *byte;
                (0..8).rev().map(move |bit| byte >> bit & 1 == 1)
            };
            let bits: Vec<bool> = bytes.iter().flat_map(bits_of).collect();
            let bit = |six: &[bool], at: usize| usize::from(*six.get(at).unwrap_or(&false));
            let text: String = bits
                .chunks(6)
                .map(|six| (0..6).fold(0, |sum, at| sum << 1 | bit(six, at)))
                .map(|digit| char::from(DIGITS[digit]))
                .collect();
            prop_assert_eq!(base64(&text), Some(bytes));
        }
    }
}
