//! gRPC by tonic, its own server and its own client (R10).

use http::Method;
use obskit::Telemetry;
use obskit::context::Outcome::{self, Cancelled, ClientError, ServerError, Success};
use obskit_tests::numbers::{self, Ask, COUNT, count};
use obskit_tests::samples::{self, in_flight};
use obskit_tests::settings;
use obskit_tests::wait::soon;
use tokio_stream::StreamExt;
use tonic::Code;
use tonic::transport::Endpoint;
use tower::Layer;

/// One call: what is recorded where it is served and where it is made.
async fn check(ask: Ask, code: Code, outcome: Outcome) {
    let (telemetry, exchanges) = Telemetry::build_captured(settings::local()).unwrap();
    let layer = telemetry.layer().route(&Method::POST, COUNT);
    let (address, serving) = numbers::serve(layer).await;
    let channel = Endpoint::new(format!("http://{address}")).unwrap().connect().await.unwrap();
    let client = telemetry.client_layer("numbers").layer(channel);
    let found = soon("the answer", read(client, ask)).await;
    assert_eq!(found, code, "{ask:?}");
    let ended = soon("the exchange", exchanges.next()).await;
    let expected = (outcome, 200, Some(i32::from(code)));
    assert_eq!(
        (ended.outcome, ended.status, ended.grpc_status.map(i32::from)),
        expected,
        "{ask:?}"
    );
    assert_eq!((ended.context.method(), ended.context.endpoint()), ("POST", COUNT));
    let label = format!("outcome=\"{}\"", outcome.as_str());
    let grpc = format!("grpc_status=\"{}\"", i32::from(code));
    let served = samples::count(&telemetry, "http_requests_total", &[&label, &grpc]);
    let called = samples::count(&telemetry, "dependency_requests_total", &[&label]);
    assert_eq!((served, called), (1, 1), "{ask:?}\n{}", telemetry.metrics().text());
    assert!(in_flight(&telemetry) == 0 && exchanges.drain().is_empty());
    serving.abort();
}

/// The status of the call, all numbers read; of one that stays, the first, then it is dropped.
async fn read<S>(client: S, ask: Ask) -> Code
where
    S: tonic::client::GrpcService<tonic::body::Body>,
    S::ResponseBody: Send + 'static,
    <S::ResponseBody as http_body::Body>::Error: Into<tonic::codegen::StdError>,
    <S::ResponseBody as http_body::Body>::Data: Into<bytes::Bytes> + Send,
{
    let mut numbers = match count(client, ask).await {
        Ok(numbers) => numbers,
        Err(status) => return status.code(),
    };
    for value in 0..ask.numbers {
        assert_eq!(numbers.next().await.unwrap().unwrap().value, value);
    }
    if ask.stays {
        return Code::Cancelled;
    }
    numbers.next().await.map_or(Code::Ok, |end| end.unwrap_err().code())
}

#[tokio::test]
async fn every_status_before_and_after_messages() {
    for numbers in [0, 3] {
        let ask = |code: Code| Ask { numbers, status: code.into(), stays: false };
        for (code, outcome) in [
            (Code::Ok, Success),
            (Code::Cancelled, ClientError),
            (Code::Unknown, ServerError),
            (Code::InvalidArgument, ClientError),
            (Code::DeadlineExceeded, ServerError),
            (Code::NotFound, ClientError),
            (Code::PermissionDenied, ClientError),
            (Code::ResourceExhausted, ClientError),
            (Code::Aborted, ClientError),
            (Code::Unimplemented, ServerError),
            (Code::Internal, ServerError),
            (Code::Unavailable, ServerError),
            (Code::DataLoss, ServerError),
            (Code::Unauthenticated, ClientError),
        ] {
            check(ask(code), code, outcome).await;
        }
    }
}

#[tokio::test]
async fn a_call_that_the_client_drops() {
    check(Ask { numbers: 1, status: 0, stays: true }, Code::Cancelled, Cancelled).await;
}
