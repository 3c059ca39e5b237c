//! What exports do themselves is neither logged nor traced, in a process whose every thread is: one
//! test, which sets the process's subscriber.

use std::time::Duration;

use obskit::config::{Compression, Exporter};
use obskit_tests::certificates::Authority;
use obskit_tests::collector::{Answer, Collector};
use obskit_tests::exported::{Sums, requests};
use obskit_tests::lab::field;
use obskit_tests::lines::Lines;
use obskit_tests::settings;

const PATIENCE: Duration = Duration::from_secs(10);
/// What is heard of an export where it is listened to.
const TALKATIVE: [&str; 6] = ["h2", "hyper", "hyper_util", "log", "rustls", "tokio"];

#[tokio::test]
async fn an_export_makes_no_other() {
    let authority = Authority::new();
    let collector = Collector::start_tls(authority.server(false)).await;
    let lines = Lines::default();
    let mut config = settings::local();
    collector.config_grpc(&mut config);
    config.logs.output = lines.output();
    config.logs.exporter = Exporter::Otlp;
    config.logs.directives = Some("trace".into());
    config.traces.directives = "trace".to_owned();
    for otlp in [&mut config.traces.otlp, &mut config.logs.otlp] {
        otlp.certificate = Some(authority.certificate());
        otlp.compression = Compression::Gzip;
    }
    let telemetry = obskit::init(config).unwrap();
    collector.answer([Answer::Grpc { code: 14, message: "", retry: None }, Answer::Close]);
    requests(&telemetry, 3).await;
    // Each would be an occasion for the next.
    for _ in 0..10 {
        assert!(telemetry.flush(PATIENCE));
    }
    let written = lines.written();
    for line in &written {
        let target = field(line, "target").split("::").next().unwrap();
        assert!(!TALKATIVE.contains(&target), "{line}");
    }
    assert!((3..30).contains(&written.len()), "{written:#?}");
    let spans = collector.spans();
    assert!(spans.iter().all(|span| span.kind == "server") && spans.len() == 3, "{spans:#?}");
    let records = collector.records();
    assert!((3..=written.len()).contains(&records.len()), "{records:#?}");
    assert!(collector.exports().len() < 20, "{:#?}", collector.exports());
    assert_eq!(Sums::of_spans(&telemetry), Sums::new(3, 3, &[]));
}
