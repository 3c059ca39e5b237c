//! By HTTP's status.

use std::time::SystemTime;

use ::http::{HeaderMap, StatusCode};

use super::{Answer, CREDENTIALS, ITS_LOG, SIZE, of_response, texts, told, words};
use crate::export::Trouble;
use crate::export::client::retry_after;
use crate::export::standing::BUSY;

/// The body is given as far as it was read.
pub(in super::super) fn of_http(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> Answer {
    if status.is_success() {
        return of_response(body);
    }
    // The message of a `google.rpc.Status`.
    let said = texts(body, 2).next().map(words).unwrap_or_default();
    let trouble = Trouble::new(told(format!("it answers {status}"), &said), hint(status));
    match status.as_u16() {
        429 | 502..=504 => Answer::Later { after: retry_after(headers, now), trouble },
        413 => Answer::TooLarge(trouble),
        _ => Answer::Refused(trouble),
    }
}

fn hint(status: StatusCode) -> &'static str {
    match status.as_u16() {
        300..=399 => "Exports follow no redirects: set the URL it leads to.",
        401 | 403 | 407 => CREDENTIALS,
        404 | 405 => {
            "Its path is another: OTEL_EXPORTER_OTLP_ENDPOINT gets /v1/traces and the like added, \
             an endpoint of one signal is used as it stands."
        }
        413 => SIZE,
        408 | 429 | 500.. => BUSY,
        _ => ITS_LOG,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::Message;
    use ::http::header;
    use proptest::prelude::*;
    use std::time::{Duration, UNIX_EPOCH};

    fn answer(status: u16, retry_after: Option<&str>, body: &[u8]) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(after) = retry_after {
            headers.insert(header::RETRY_AFTER, after.parse().unwrap());
        }
        let now = UNIX_EPOCH + Duration::from_secs(784_111_777);
        of_http(StatusCode::from_u16(status).unwrap(), &headers, body, now)
    }

    #[test]
    fn statuses_say_whether_to_try_again() {
        let check = |status, expected: &str| {
            let found = match answer(status, None, b"") {
                Answer::Taken { .. } => "taken",
                Answer::Later { after, .. } => {
                    assert_eq!(after, None);
                    "later"
                }
                Answer::Refused(_) => "refused",
                Answer::TooLarge(_) => "too large",
            };
            assert_eq!(found, expected, "{status}");
        };
        for status in [200, 202, 204, 299] {
            check(status, "taken");
        }
        for status in [429, 502, 503, 504] {
            check(status, "later");
        }
        for status in [301, 307, 400, 401, 403, 404, 405, 408, 415, 422, 500, 501, 505, 511] {
            check(status, "refused");
        }
        check(413, "too large");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let check = |value: &str, expected: Option<u64>| {
            let Answer::Later { after, .. } = answer(429, Some(value), b"") else {
                panic!("{value} is refused");
            };
            assert_eq!(after, expected.map(Duration::from_secs), "{value}");
        };
        check("0", Some(0));
        check("120", Some(120));
        check(" 7 ", Some(7));
        check("Sun, 06 Nov 1994 08:49:47 GMT", Some(10));
        check("Sun, 06 Nov 1994 08:49:27 GMT", Some(0));
        check("18446744073709551615", Some(u64::MAX));
        check("18446744073709551616", None);
        check("-1", None);
        check("1.5", None);
        check("soon", None);
        check("", None);
    }

    #[test]
    fn the_collector_is_quoted() {
        let mut status = Vec::new();
        Message::new(&mut status).bytes(2, b" no such tenant\n");
        let Answer::Refused(trouble) = answer(400, None, &status) else { panic!("taken") };
        assert_eq!(trouble.why, "it answers 400 Bad Request: no such tenant");
        let Answer::Refused(trouble) = answer(400, None, b"<html>") else { panic!("taken") };
        assert_eq!(trouble.why, "it answers 400 Bad Request");
        let mut long = Vec::new();
        Message::new(&mut long).bytes(2, "ä".repeat(10_000).as_bytes());
        let Answer::Refused(trouble) = answer(400, None, &long) else { panic!("taken") };
        assert!(trouble.why.chars().count() < 300, "{}", trouble.why);
    }

    #[test]
    fn partial_successes_are_read() {
        let check = |partial: &[u8], expected: (u64, &str)| {
            let mut body = Vec::new();
            Message::new(&mut body).bytes(1, partial);
            let (rejected, message) = (expected.0, expected.1.to_owned());
            assert_eq!(
                answer(200, None, &body),
                Answer::Taken { rejected, message },
                "{partial:?}"
            );
        };
        check(b"", (0, ""));
        check(b"\x08\x05\x12\x03abc", (5, "abc"));
        check(b"\x12\x03abc", (0, "abc"));
        // Minus one.
        check(b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", (0, ""));
        // It ends within a member.
        check(b"\x08\x05\x12\x09abc", (5, ""));
        let nothing = Answer::Taken { rejected: 0, message: String::new() };
        for body in [&b"{}"[..], b"", b"\xff\xff\xff", b"{\"partialSuccess\":{}}", b"\x0a\xff"] {
            assert_eq!(answer(200, None, body), nothing, "{body:?}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_is_too_much(
            status in 100_u16..1_000,
            after in "[ -~]{0,40}",
            body in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            match answer(status, Some(&after), &body) {
                Answer::Taken { message, .. } => {
                    prop_assert!((200..300).contains(&status));
                    prop_assert!(message.chars().count() <= 256);
                }
                Answer::Later { .. } => prop_assert!([429, 502, 503, 504].contains(&status)),
                Answer::TooLarge(_) => prop_assert_eq!(status, 413),
                Answer::Refused(trouble) => prop_assert!(trouble.why.len() < 1_500),
            }
        }
    }
}
