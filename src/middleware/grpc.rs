//! What headers and trailers say of a gRPC call.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};

pub(super) const CANCELLED: u8 = 1;
pub(super) const UNKNOWN: u8 = 2;
/// The last of them.
const UNAUTHENTICATED: u8 = 16;

/// Whether these are the headers of a gRPC request or answer.
pub(super) fn is_grpc(headers: &HeaderMap) -> bool {
    is_content_type(headers.get(CONTENT_TYPE))
}

pub(super) fn is_content_type(value: Option<&HeaderValue>) -> bool {
    let rest =
        value.map(HeaderValue::as_bytes).and_then(|value| value.strip_prefix(b"application/grpc"));
    // `application/grpc-web` carries its status in the body.
    rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// The status in a head or in trailers; unknown if it is none of the 17 there are.
pub(super) fn status(headers: &HeaderMap) -> Option<u8> {
    let status = headers.get("grpc-status")?;
    let code = status.to_str().ok().and_then(|text| text.parse().ok());
    Some(code.filter(|code| *code <= UNAUTHENTICATED).unwrap_or(UNKNOWN))
}
