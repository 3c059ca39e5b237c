//! How the doctor runs: anywhere, within its time, without a trace.

use super::{check, diagnose};
use obskit::Telemetry;
use obskit::config::Config;
use obskit::telemetry::Severity::{Failure, Ok, Warning};
use obskit_tests::http;
use obskit_tests::lab::Lab;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;

#[tokio::test]
async fn whatever_hangs_is_a_finding() {
    let telemetry = Telemetry::build(Config::default()).unwrap();
    let (release, released) = channel::<()>();
    let released = Mutex::new(released);
    telemetry.metrics().before_scrape(move || {
        let _ = released.lock().unwrap().recv();
    });
    let start = Instant::now();
    let found = telemetry.doctor().await;
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    check(&found, "exposition", Failure, "did not end within 2s");
    check(&found, "clock", Ok, "");
    drop(release);
    check(&telemetry.doctor().await, "exposition", Ok, "");
}

#[test]
fn it_needs_no_runtime_of_the_callers() {
    let bare = Builder::new_current_thread().build().unwrap();
    let found = bare.block_on(diagnose(|_| ()));
    check(&found, "exposition", Ok, "");
}

#[tokio::test]
async fn many_at_once_find_the_same() {
    let telemetry = Telemetry::build(Config::default()).unwrap();
    let doctors = (0..16).map(|_| tokio::spawn(telemetry.doctor().into_future()));
    for doctor in doctors.collect::<Vec<_>>() {
        let found = doctor.await.unwrap();
        assert!(found.is_healthy(), "{found}");
    }
}

#[tokio::test]
async fn it_leaves_no_trace() {
    let lab = Lab::new(|config| "orders".clone_into(&mut config.service.name));
    let before = lab.telemetry.metrics().text();
    let found = lab.run(|| lab.telemetry.doctor()).await;
    assert_eq!(found.problems().collect::<Vec<_>>(), [] as [&_; 0], "{found}");
    assert_eq!(lab.telemetry.metrics().text(), before);
    assert_eq!(lab.lines(), [] as [serde_json::Value; 0]);
}

#[tokio::test]
async fn the_operator_reads_it_as_json() {
    let mut config = Config::default();
    config.admin.addr = ([127, 0, 0, 1], 0).into();
    let telemetry = Telemetry::build(config).unwrap();
    let addr = telemetry.serve_admin().await.unwrap();
    let reply = http::get(&format!("http://{addr}/debug/doctor")).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/json"));
    let answer = reply.json();
    assert_eq!(answer["status"], "warning", "{answer}");
    let findings = answer["findings"].as_array().unwrap();
    let names: Vec<_> = findings.iter().map(|found| found["check"].as_str().unwrap()).collect();
    let here = telemetry.doctor().await;
    assert_eq!(names, here.findings.iter().map(|found| found.check).collect::<Vec<_>>());
    let [service, settings] = [&findings[0], &findings[1]];
    assert_eq!(
        (&service["check"], &service["severity"]),
        (&"service_name".into(), &"warning".into())
    );
    assert!(service["hint"].as_str().unwrap().contains("OTEL_SERVICE_NAME"), "{service}");
    assert_eq!(
        (&settings["severity"], &settings["hint"]),
        (&"ok".into(), &serde_json::Value::Null)
    );
    assert!(settings["message"].is_string());
}

#[tokio::test]
async fn the_table_has_a_line_for_each_and_a_summary() {
    let found = diagnose(|config| config.admin.allow = "::/0".parse().unwrap()).await;
    let table = found.to_string();
    let lines: Vec<_> = table.lines().collect();
    assert!(lines[0].starts_with("warning  service_name  the service has no name"), "{table}");
    assert!(lines[1].starts_with("                       → Set OTEL_SERVICE_NAME"), "{table}");
    assert!(lines[2].starts_with("ok       settings      no setting"), "{table}");
    assert!(lines[3].starts_with("failure  admin_access  the operator"), "{table}");
    let hints = found.problems().count();
    assert_eq!(lines.len(), found.findings.len() + hints + 1, "{table}");
    let warnings = found.problems().filter(|found| found.severity == Warning).count();
    let summary = format!("examined: {}, warnings: {warnings}, failures: 1", found.findings.len());
    assert_eq!(lines.last(), Some(&&*summary));
    assert!(!found.is_healthy());
}
