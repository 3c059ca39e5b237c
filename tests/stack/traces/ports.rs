//! Where nothing is said, spans go to the ports that Jaeger and every other collector have.

use http::{Request, Response};
use obskit::Telemetry;
use obskit::config::{Config, Exporter, Protocol};
use obskit_tests::rotel::Rotel;
use obskit_tests::wait::{soon, wait_until};
use std::convert::Infallible;
use std::time::Duration;
use tower::{Layer, ServiceExt, service_fn};

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
        let answer = async |_: Request<String>| Ok::<_, Infallible>(Response::new(String::new()));
        let service = telemetry.layer().layer(service_fn(answer));
        drop(service.oneshot(Request::new(String::new())).await.unwrap());
        let report = soon("the end", telemetry.shutdown(Duration::from_secs(10))).await.unwrap();
        assert!(report.is_complete(), "{report}");
        wait_until(name, DEADLINE, async || {
            let spans = rotel.spans();
            let found = spans.iter().any(|span| span.of_resource("service.name") == Some(name));
            if found { Ok(()) } else { Err(rotel.daemon.log()) }
        })
        .await;
    }
}
