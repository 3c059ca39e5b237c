//! The doctor tells a collector that takes spans from one that is not there.

use obskit_tests::exporter::Exporter;
use obskit_tests::otelite::Otelite;
use obskit_tests::rotel::Rotel;

#[tokio::test]
async fn the_doctor_finds_who_takes_spans() {
    let rotel = Rotel::start().await;
    let otelite = Otelite::start().await;
    for (protocol, endpoint) in [
        ("http/protobuf", rotel.http()),
        ("grpc", rotel.grpc()),
        ("http/protobuf", otelite.http()),
        ("grpc", otelite.grpc()),
    ] {
        let (succeeded, said) = examine(protocol, &endpoint);
        assert!(succeeded, "{protocol} to {endpoint}: {said}");
    }
}

#[tokio::test]
async fn the_doctor_finds_nobody() {
    let mut rotel = Rotel::start().await;
    rotel.daemon.kill();
    for (protocol, endpoint) in [("http/protobuf", rotel.http()), ("grpc", rotel.grpc())] {
        let (succeeded, said) = examine(protocol, &endpoint);
        assert!(!succeeded && said.contains("failure  otlp_traces"), "{protocol}: {said}");
        assert!(said.contains("OTEL_EXPORTER_OTLP_ENDPOINT"), "{protocol}: {said}");
    }
}

/// Whether all is well, and what it says.
fn examine(protocol: &str, endpoint: &str) -> (bool, String) {
    let variables =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)];
    let output = Exporter::examine(&variables);
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}
