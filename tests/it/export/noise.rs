//! An export makes no other.

use obskit::config::Exporter;
use obskit_tests::collector::{Answer, Collector};
use obskit_tests::exported::{Sums, requests};
use obskit_tests::lab::{Lab, field};

use super::PATIENCE;

/// hyper, h2 and tokio tell much at this level, to a subscriber that the whole process has.
#[tokio::test]
async fn at_the_most_verbose_level_too() {
    let collector = Collector::start().await;
    for is_grpc in [false, true] {
        let lab = Lab::new(|config| {
            if is_grpc {
                collector.config_grpc(config)
            } else {
                collector.config(config)
            }
            config.logs.exporter = Exporter::Otlp;
            config.logs.directives = Some("trace".into());
            config.traces.directives = "trace".to_owned();
        });
        let _entered = lab.enter();
        collector.answer([Answer::status(503)]);
        requests(&lab.telemetry, 3).await;
        for _ in 0..5 {
            assert!(lab.telemetry.flush(PATIENCE));
        }
        let lines = lab.written();
        let foreign = ["hyper", "h2", "tokio", "rustls", "tower"];
        let is_foreign = |line: &&serde_json::Value| {
            foreign.iter().any(|name| field(line, "target").starts_with(name))
        };
        assert_eq!(
            lines.iter().filter(is_foreign).collect::<Vec<_>>(),
            [&serde_json::Value::Null; 0]
        );
        assert!(lines.len() < 20, "{lines:#?}");
        assert_eq!(Sums::of_spans(&lab.telemetry), Sums::new(3, 3, &[]));
    }
}
