//! The headers that open a collector are nowhere to be read.

use http::{HeaderName, HeaderValue};
use obskit_tests::collector::{Answer, Collector};
use obskit_tests::exported::requests;
use obskit_tests::lab::Lab;

use super::PATIENCE;

#[tokio::test]
async fn not_even_where_the_collector_quotes_them() {
    let collector = Collector::start().await;
    let lab = Lab::new(|config| {
        collector.config_grpc(config);
        config.logs.directives = Some("trace".into());
        let url = format!("{}/?key=query-secret", collector.url());
        config.traces.otlp.endpoint = Some(url.parse().unwrap());
        let headers = [("authorization", "Bearer hunter2"), ("x-api-key", "swordfish")];
        let headers = headers.map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value).into())
        });
        config.traces.otlp.headers = headers.into();
    });
    let _entered = lab.enter();
    let message = "unknown%20token%20hunter2%20and%20swordfish";
    collector.answer([Answer::Grpc { code: 16, message, retry: None }]);
    requests(&lab.telemetry, 1).await;
    assert!(lab.telemetry.flush(PATIENCE));
    assert_eq!(collector.exports()[0].headers["authorization"], "Bearer hunter2");
    let text = format!("{:?} {:?}", lab.written(), lab.telemetry.config());
    assert!(text.contains("unknown token [hidden] and [hidden]"), "{text}");
    for secret in ["hunter2", "swordfish"] {
        assert!(!text.contains(secret), "{text}");
    }
    let lines = format!("{:?}", lab.end());
    assert!(!lines.contains("query-secret"), "{lines}");
}
