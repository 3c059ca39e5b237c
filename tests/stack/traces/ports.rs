//! Where nothing is said, spans go to the ports that Jaeger and every other collector have.

use obskit::Telemetry;
use obskit::config::{Config, Exporter, Protocol};
use obskit_tests::exported::requests;
use obskit_tests::rotel::Rotel;
use obskit_tests::wait::{soon, wait_until};
use std::time::Duration;

use super::DEADLINE;

#[tokio::test]
async fn the_default_ports_are_those_of_jaeger() {
    let rotel = Rotel::start_on_default_ports().await;
    for (protocol, name) in [(Protocol::HttpProtobuf, "by-http"), (Protocol::Grpc, "by-grpc")] {
        let mut config = Config::default();
        assert_eq!(config.traces.exporter, Exporter::Otlp);
        config.traces.otlp.protocol = protocol;
        name.clone_into(&mut config.service.name);
        let telemetry = Telemetry::build(config).unwrap();
        requests(&telemetry, 1).await;
        let report = soon("the end", telemetry.shutdown(Duration::from_secs(10))).await.unwrap();
        assert!(report.is_complete(), "{report}");
        wait_until(name, DEADLINE, async || has_span_of(&rotel, name)).await;
    }
}

fn has_span_of(rotel: &Rotel, service: &str) -> Result<(), String> {
    let spans = rotel.spans();
    let found = spans.iter().any(|span| span.of_resource("service.name") == Some(service));
    if found { Ok(()) } else { Err(rotel.daemon.log()) }
}
