//! Answers as they are sent.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use tokio::time::sleep;

use super::Answer;

pub(super) type Reply = BoxBody<Bytes, Infallible>;

/// `google.rpc.Status`
#[derive(Clone, PartialEq, Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// `google.protobuf.Any`
#[derive(Clone, PartialEq, Message)]
struct Any {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`, whose one member is a `google.protobuf.Duration`.
#[derive(Clone, PartialEq, Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<Delay>,
}

#[derive(Clone, PartialEq, Message)]
struct Delay {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

const NOW: Duration = Duration::ZERO;
/// To be `RESOURCE_EXHAUSTED`.
const EXHAUSTED: i32 = 8;

pub(super) fn reply(answer: &Answer, is_grpc: bool) -> Response<Reply> {
    match answer {
        Answer::Status { code, retry_after, body } => status(*code, *retry_after, body),
        Answer::AtMost(_) if is_grpc => {
            grpc_status(EXHAUSTED, "received message larger than max (5 vs. 4)", None)
        }
        Answer::AtMost(_) => status(413, None, b""),
        Answer::Grpc { code, message, retry } => grpc_status(*code, message, *retry),
        Answer::Garbage(body) => taken(body.to_vec(), is_grpc, NOW),
        Answer::Flood(bytes) => taken(vec![0xff; *bytes], is_grpc, NOW),
        Answer::Partial { rejected, message } => {
            let partial = ExportTracePartialSuccess {
                rejected_spans: *rejected,
                error_message: (*message).to_owned(),
            };
            let response = ExportTraceServiceResponse { partial_success: Some(partial) };
            taken(response.encode_to_vec(), is_grpc, NOW)
        }
        Answer::LateEnd(end) => taken(Vec::new(), is_grpc, *end),
        Answer::Taken | Answer::Hang | Answer::Close | Answer::Slow(_) => {
            taken(Vec::new(), is_grpc, NOW)
        }
    }
}

fn status(code: u16, retry_after: Option<&'static str>, body: &'static [u8]) -> Response<Reply> {
    let mut response = Response::new(Full::new(Bytes::from_static(body)).boxed());
    *response.status_mut() = code.try_into().unwrap();
    if let Some(after) = retry_after {
        response.headers_mut().insert("retry-after", HeaderValue::from_static(after));
    }
    response
}

/// What says that it was taken, and ends after a time.
fn taken(message: Vec<u8>, is_grpc: bool, end: Duration) -> Response<Reply> {
    if !is_grpc {
        let ended = async move {
            sleep(end).await;
            None
        };
        let body = Full::new(Bytes::from(message)).with_trailers(ended);
        let mut response = Response::new(body.boxed());
        let protobuf = HeaderValue::from_static("application/x-protobuf");
        response.headers_mut().insert("content-type", protobuf);
        return response;
    }
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    let body = [&[0], &length[..], &message].concat();
    let trailers = HeaderMap::from_iter([(
        HeaderName::from_static("grpc-status"),
        HeaderValue::from_static("0"),
    )]);
    let trailers = async move {
        sleep(end).await;
        Some(Ok(trailers))
    };
    grpc(Full::new(Bytes::from(body)).with_trailers(trailers).boxed())
}

/// Trailers alone.
fn grpc_status(code: i32, message: &str, retry: Option<Duration>) -> Response<Reply> {
    let mut response = grpc(Full::default().boxed());
    let headers = response.headers_mut();
    headers.insert("grpc-status", code.into());
    headers.insert("grpc-message", message.parse().unwrap());
    if let Some(retry) = retry {
        let delay = Delay {
            seconds: i64::try_from(retry.as_secs()).unwrap(),
            nanos: i32::try_from(retry.subsec_nanos()).unwrap(),
        };
        let info = RetryInfo { retry_delay: Some(delay) }.encode_to_vec();
        let type_url = "type.googleapis.com/google.rpc.RetryInfo".to_owned();
        let details = vec![Any { type_url, value: info }];
        let status = Status { code, message: message.to_owned(), details }.encode_to_vec();
        headers.insert("grpc-status-details-bin", base64(&status).parse().unwrap());
    }
    response
}

fn grpc(body: Reply) -> Response<Reply> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/grpc"));
    response
}

/// Without padding, as gRPC has it.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for digit in 0..=chunk.len() {
            let place = bits >> (18 - 6 * digit) & 63;
            text.push(char::from(DIGITS[usize::try_from(place).unwrap()]));
        }
    }
    text
}
