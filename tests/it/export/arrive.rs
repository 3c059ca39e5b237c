//! What is sent arrives as it was made.

use std::time::Duration;

use http::{Request, Response};
use obskit::Telemetry;
use obskit_tests::collector::Collector;
use obskit_tests::settings;
use tower::{Layer, ServiceExt, service_fn};

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_request_is_a_span_at_the_collector() {
    let collector = Collector::start().await;
    let mut config = settings::local();
    collector.config(&mut config);
    let telemetry = Telemetry::build(config).unwrap();
    let service = service_fn(async |_: Request<String>| {
        Ok::<_, std::convert::Infallible>(Response::new(String::new()))
    });
    let request = Request::get("/users/1").body(String::new()).unwrap();
    drop(telemetry.layer().layer(service).oneshot(request).await);
    assert!(telemetry.flush(PATIENCE));
    let spans = collector.spans().await;
    assert_eq!(spans.len(), 1, "{spans:#?}");
    assert_eq!((spans[0].name.as_str(), spans[0].kind), ("GET", "server"));
    assert_eq!(spans[0].resource["service.name"], "unknown_service");
}
