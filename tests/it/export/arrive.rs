//! What is sent arrives as it was made.

use std::time::Duration;

use http::{HeaderName, HeaderValue};
use obskit::config::{Compression, Config};
use obskit_tests::collector::{Answer, Collector, Export};
use obskit_tests::exported::{Sums, requests};
use obskit_tests::recorded;

use super::{PATIENCE, stage};

const AGENT: &str = concat!("obskit/", env!("CARGO_PKG_VERSION"));

async fn check(is_grpc: bool, compression: Compression) {
    let collector = Collector::start().await;
    let telemetry = recorded::telemetry_with(|config| {
        collector.config_by(is_grpc, config);
        "workouts".clone_into(&mut config.service.name);
        config.traces.otlp.compression = compression;
        let header = (HeaderName::from_static("x-tenant"), HeaderValue::from_static("7").into());
        config.traces.otlp.headers = vec![header];
    });
    requests(&telemetry, 40).await;
    assert!(telemetry.flush(PATIENCE));
    let spans = collector.spans();
    assert_eq!(spans.len(), 40);
    for span in &spans {
        assert_eq!((span.name.as_str(), span.kind), ("GET", "server"));
        assert_eq!(span.resource["service.name"], "workouts");
        assert_eq!(span.scope, concat!("obskit ", env!("CARGO_PKG_VERSION")));
        assert!(span.start <= span.end);
    }
    assert_eq!(Sums::of_spans(&telemetry), Sums::new(40, 40, &[]));
    let encoded = (compression == Compression::Gzip).then_some("gzip");
    check_head(&collector.exports()[0], is_grpc, encoded);
}

fn check_head(export: &Export, is_grpc: bool, encoded: Option<&str>) {
    let headers = &export.headers;
    assert_eq!((headers["x-tenant"].as_str(), headers["user-agent"].as_str()), ("7", AGENT));
    let (encoding, path) = if is_grpc {
        ("grpc-encoding", "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
    } else {
        ("content-encoding", "/v1/traces")
    };
    assert_eq!(headers.get(encoding).map(String::as_str), encoded);
    assert_eq!((export.is_grpc, export.path.as_str()), (is_grpc, path));
}

#[tokio::test]
async fn by_http() {
    check(false, Compression::None).await;
    check(false, Compression::Gzip).await;
}

#[tokio::test]
async fn by_grpc() {
    check(true, Compression::None).await;
    check(true, Compression::Gzip).await;
}

#[tokio::test]
async fn an_endpoint_of_a_signal_is_used_as_it_stands() {
    let collector = Collector::start().await;
    let telemetry = recorded::telemetry_with(|config: &mut Config| {
        collector.config(config);
        let url = format!("{}/in/here?key=1", collector.url());
        config.traces.otlp.endpoint = Some(url.parse().unwrap());
    });
    requests(&telemetry, 1).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(collector.exports()[0].path, "/in/here");
}

#[tokio::test]
async fn a_parcel_holds_as_many_as_is_set() {
    let (telemetry, collector) = stage(|config| {
        config.traces.batch.batch_size = 7;
        config.traces.batch.schedule_delay = Duration::from_hours(1);
    })
    .await;
    requests(&telemetry, 20).await;
    let full = collector.wait_for_exports(2).await;
    assert!(full.iter().all(|export| export.spans == 7), "{full:#?}");
    assert!(telemetry.flush(PATIENCE));
    let counts: Vec<usize> = collector.exports().iter().map(|export| export.spans).collect();
    assert_eq!(counts, [7, 7, 6]);
}

#[tokio::test]
async fn one_connection_is_kept_and_a_closed_one_made_anew() {
    let (telemetry, collector) = stage(|_| ()).await;
    collector.answer([Answer::Taken, Answer::Close, Answer::Taken]);
    requests(&telemetry, 1).await;
    assert!(telemetry.flush(PATIENCE));
    requests(&telemetry, 1).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(collector.wait_for_spans(2).await.len(), 2);
    assert_eq!(Sums::of_spans(&telemetry), Sums::new(2, 2, &[]));
}
