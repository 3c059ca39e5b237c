//! What is measured, on a clock that moves when it is told: latency to the end of the body, time
//! to the head, streams apart, and requests under way (R3, R8, R9, R12).

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Incoming;
use obskit::Telemetry;
use obskit::config::Clock;
use obskit::context::{Outcome, Shape};
use obskit::testing::Exchanges;
use obskit_tests::connection::Connection;
use obskit_tests::samples::sum;
use obskit_tests::serve::Server;
use obskit_tests::settings;
use obskit_tests::wait::soon;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tower::{Layer, service_fn};

type Frames = ReceiverStream<Result<Frame<Bytes>, Infallible>>;

/// A server whose answers the test gives by hand.
struct Bench {
    clock: Clock,
    telemetry: Telemetry,
    exchanges: Exchanges,
    server: Server,
    arrived: Arc<Notify>,
    answers: mpsc::Sender<Response<StreamBody<Frames>>>,
}

impl Bench {
    async fn start() -> Self {
        let mut config = settings::local();
        let clock = Clock::manual();
        config.clock = clock.clone();
        config.metrics.body_sizes = true;
        let (telemetry, exchanges) = Telemetry::build_captured(config).unwrap();
        let arrived = Arc::new(Notify::new());
        let (answers, given) = mpsc::channel(1);
        let (given, seen) = (Arc::new(Mutex::new(given)), Arc::clone(&arrived));
        let service = service_fn(move |_: Request<Incoming>| {
            let given = Arc::clone(&given);
            seen.notify_one();
            async move { Ok::<_, Infallible>(given.lock().await.recv().await.unwrap()) }
        });
        let server = Server::start(telemetry.layer().layer(service)).await;
        Self { clock, telemetry, exchanges, server, arrived, answers }
    }

    fn sum(&self, name: &str) -> f64 {
        sum(&self.telemetry, name, &[])
    }

    /// A request that is answered after `head`, and the rest of its body after `body` more.
    async fn serve(&self, version: Version, content_type: &str, head: Duration, body: Duration) {
        let mut connection = Connection::open(self.server.address, version).await;
        let (frames, rest) = mpsc::channel(1);
        let answer = async {
            self.arrived.notified().await;
            self.clock.advance(head);
            let response = Response::builder().header("content-type", content_type);
            let body = StreamBody::new(ReceiverStream::new(rest));
            self.answers.send(response.body(body).unwrap()).await.unwrap();
        };
        let (response, ()) = tokio::join!(connection.get("/"), answer);
        let mut read = response.unwrap().into_body();
        for _ in 0..2 {
            frames.send(Ok(Frame::data("data: 1\n\n".into()))).await.unwrap();
            read.frame().await.unwrap().unwrap();
        }
        self.clock.advance(body);
        drop(frames);
        while let Some(frame) = read.frame().await {
            frame.unwrap();
        }
    }
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found}, expected {expected}");
}

#[tokio::test]
async fn latency_is_to_the_end_of_the_body() {
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let bench = Bench::start().await;
        let (head, body) = (Duration::from_secs(2), Duration::from_secs(3));
        soon("the answer", bench.serve(version, "text/plain", head, body)).await;
        let ended = soon("the exchange", bench.exchanges.next()).await;
        assert_eq!((ended.time_to_head, ended.duration), (Some(head), head + body), "{version:?}");
        close(bench.sum("http_request_duration_seconds_sum"), 5.0);
        close(bench.sum("http_request_duration_seconds_count"), 1.0);
        close(bench.sum("http_response_ttfb_seconds_sum"), 2.0);
        // Two frames are one observation of their sum.
        close(bench.sum("http_response_body_bytes_count"), 1.0);
        close(bench.sum("http_response_body_bytes_sum"), 18.0);
        close(bench.sum("http_requests_in_flight"), 0.0);
    }
}

#[tokio::test]
async fn a_stream_of_an_hour_is_no_latency() {
    let bench = Bench::start().await;
    let (head, hour) = (Duration::from_secs(1), Duration::from_hours(1));
    let served = bench.serve(Version::HTTP_11, "text/event-stream", head, hour);
    soon("the stream", served).await;
    let ended = soon("the exchange", bench.exchanges.next()).await;
    assert_eq!((ended.shape, ended.outcome), (Shape::Stream, Outcome::Success));
    assert_eq!(ended.duration, head + hour);
    close(bench.sum("http_request_duration_seconds_count"), 0.0);
    close(bench.sum("http_stream_duration_seconds_count"), 1.0);
    close(bench.sum("http_stream_duration_seconds_sum"), 3_601.0);
    close(bench.sum("http_response_ttfb_seconds_sum"), 1.0);
    close(sum(&bench.telemetry, "http_requests_total", &[r#"outcome="success""#]), 1.0);
}

#[tokio::test]
async fn a_hung_request_is_seen_while_it_hangs_and_leaves_no_latency() {
    let bench = Bench::start().await;
    let mut connection = Connection::open(bench.server.address, Version::HTTP_2).await;
    tokio::select! {
        answer = connection.get("/") => panic!("{answer:?}"),
        () = bench.arrived.notified() => {}
    }
    bench.clock.advance(Duration::from_secs(90));
    close(bench.sum("http_requests_in_flight"), 1.0);
    close(bench.sum("http_oldest_request_seconds"), 90.0);
    connection.vanish().await;
    let ended = soon("the exchange", bench.exchanges.next()).await;
    assert_eq!((ended.outcome, ended.status), (Outcome::Cancelled, 499));
    assert_eq!((ended.time_to_head, ended.duration), (None, Duration::from_secs(90)));
    close(bench.sum("http_requests_in_flight"), 0.0);
    close(bench.sum("http_oldest_request_seconds"), 0.0);
    close(bench.sum("http_request_duration_seconds_count"), 0.0);
    close(bench.sum("http_response_ttfb_seconds_count"), 0.0);
    let cancelled = [r#"outcome="cancelled""#, r#"status="499""#];
    close(sum(&bench.telemetry, "http_requests_total", &cancelled), 1.0);
}
