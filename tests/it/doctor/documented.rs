//! The table of checks in `docs/doctor.md`.

use super::diagnose;
use obskit::Telemetry;
use obskit::config::{Config, Exporter};
use obskit_tests::lab::Lab;
use std::net::TcpListener;

#[tokio::test]
async fn it_names_every_check_in_order() {
    // Takes connections, and says nothing.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let everything = |config: &mut Config| {
        for otlp in [&mut config.traces.otlp, &mut config.logs.otlp, &mut config.metrics.otlp] {
            otlp.endpoint = Some(url.parse().unwrap());
        }
        config.traces.exporter = Exporter::Otlp;
        config.logs.exporter = Exporter::Otlp;
        config.metrics.exporter = Exporter::Otlp;
        let dsn = format!("http://f00d@{}/1", listener.local_addr().unwrap());
        config.reports.dsn = Some(dsn.parse().unwrap());
    };
    let lab = Lab::new(everything);
    let check = lab.telemetry.health().passive("queue").register().unwrap();
    check.pass();
    let diagnosis = lab.telemetry.doctor().lockfile("").await;
    let found: Vec<_> = diagnosis.findings.iter().map(|found| found.check).collect();
    let docs = include_str!("../../../docs/doctor.md");
    let cells = docs.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let names: Vec<_> =
        cells.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`')).collect();
    assert_eq!(names, found);
}

#[tokio::test]
async fn what_does_not_apply_is_left_out() {
    let found = diagnose(|_| ()).await;
    for check in ["otlp_traces", "error_reports", "health_checks", "log_output", "versions"] {
        assert_eq!(found.finding(check), None);
    }
    let mut config = Config::default();
    config.disabled = true;
    config.reports.dsn = Some("http://f00d@localhost:1/1".parse().unwrap());
    let found = Telemetry::build(config).unwrap().doctor().await;
    assert_eq!(found.finding("error_reports"), None);
}
