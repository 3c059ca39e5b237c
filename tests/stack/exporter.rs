//! The bundled exporter by itself: it starts, serves what promtool and the strict parser accept,
//! and leaves cleanly.

use http::{Method, StatusCode};
use obskit_tests::exporter::Exporter;
use obskit_tests::metric_family::{self, MetricType};
use obskit_tests::oracle::{Format, Oracle};
use obskit_tests::wait::wait_until;
use obskit_tests::{http as client, promtool};
use std::net::TcpListener;
use std::time::Duration;

const OPEN_METRICS: (&str, &str) = ("accept", "application/openmetrics-text;version=1.0.0");
/// What Prometheus 2.42 sends with `--enable-feature=native-histograms`.
const PROMETHEUS_NATIVE: (&str, &str) = (
    "accept",
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,\
     application/openmetrics-text;version=1.0.0;q=0.8,\
     application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
);
const TRAFFIC: Duration = Duration::from_secs(30);

#[tokio::test]
async fn promtool_has_nothing_to_say() {
    let exporter = busy_exporter().await;
    let text = client::get(&exporter.metrics).await;
    assert!(text.header("content-type").starts_with("text/plain"), "{:?}", text.headers);
    promtool::check_metrics(&text.body).unwrap();
}

#[tokio::test]
async fn both_text_forms_are_accepted_by_a_strict_parser() {
    let exporter = busy_exporter().await;
    let mut oracle = Oracle::start();
    let text = client::get(&exporter.metrics).await;
    let open_metrics = client::try_get(&exporter.metrics, &[OPEN_METRICS]).await.unwrap();
    assert!(open_metrics.header("content-type").starts_with("application/openmetrics-text"));
    for (format, reply) in [(Format::Text004, text), (Format::OpenMetrics, open_metrics)] {
        let families = oracle.parse(format, &reply.body).unwrap();
        let requests = families.iter().find(|family| family.name == "http_requests").unwrap();
        assert_eq!(requests.kind, "counter", "{format:?}");
    }
}

#[tokio::test]
async fn protobuf_is_what_prometheus_is_given_where_it_asks() {
    let exporter = busy_exporter().await;
    let reply = client::try_get(&exporter.metrics, &[PROMETHEUS_NATIVE]).await.unwrap();
    let form = reply.header("content-type").replace(' ', "");
    assert!(form.starts_with("application/vnd.google.protobuf;"), "{form}");
    assert!(form.contains(";proto=io.prometheus.client.MetricFamily"), "{form}");
    assert!(form.contains(";encoding=delimited"), "{form}");
    let families = metric_family::decode(&reply.body).unwrap();
    let requests = families.iter().find(|family| family.name() == "http_requests_total").unwrap();
    assert_eq!(requests.r#type(), MetricType::Counter);
    assert!(requests.metric.iter().any(|metric| metric.counter.clone().unwrap().value() > 0.0));
}

#[test]
fn its_doctor_fails_where_something_does_not_work() {
    let healthy = Exporter::examine(&[]);
    let table = String::from_utf8(healthy.stdout).unwrap();
    assert!(healthy.status.success(), "{table}");
    assert!(table.contains("ok       versions") && table.ends_with("failures: 0\n"), "{table}");

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{closed}");
    let ill = Exporter::examine(&[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    let table = String::from_utf8(ill.stdout).unwrap();
    assert_eq!(ill.status.code(), Some(1), "{table}");
    let said =
        format!("failure  otlp_traces   {closed}: it cannot be reached (connection refused)");
    assert!(table.contains(&said) && table.ends_with("failures: 1\n"), "{table}");
}

#[tokio::test]
async fn an_idle_exporter_counts_what_it_is_sent_and_no_more() {
    let exporter = Exporter::start(0).await;
    let (today, metrics) = (format!("{}/api/ppl/today", exporter.service), &exporter.metrics);
    for _ in 0..25 {
        assert_eq!(client::get(&today).await.status, StatusCode::OK);
    }
    wait_until("the last request to be counted", TRAFFIC, async || {
        let found = sum(client::get(metrics).await.text(), "http_requests_total{");
        if found >= 25 { Ok(()) } else { Err(found) }
    })
    .await;
    assert_eq!(sum(client::get(metrics).await.text(), "http_requests_total{"), 25);
}

#[tokio::test]
async fn a_completed_workout_is_counted_by_its_day() {
    let exporter = Exporter::start(0).await;
    let complete = format!("{}/api/workouts/1/complete", exporter.service);
    let json = [("content-type", "application/json")];
    let body = r#"{"day_type":"legs"}"#;
    let reply = client::send(Method::POST, &complete, &json, body).await.unwrap();
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    let metrics = client::get(&exporter.metrics).await;
    assert_eq!(sum(metrics.text(), "mo_workouts_completed_total{day_type=\"legs\"}"), 1);
}

#[tokio::test]
async fn it_leaves_cleanly_on_sigterm() {
    let exporter = busy_exporter().await;
    let status = exporter.stop().await;
    assert!(status.success(), "{status}");
}

/// An exporter that has answered requests of its own making.
async fn busy_exporter() -> Exporter {
    let exporter = Exporter::start(50).await;
    wait_until("traffic", TRAFFIC, async || {
        let counted = sum(client::get(&exporter.metrics).await.text(), "http_requests_total{");
        if counted > 50 { Ok(()) } else { Err(counted) }
    })
    .await;
    exporter
}

/// The sum of the samples whose lines begin with `prefix`, whole numbers all.
fn sum(exposition: &str, prefix: &str) -> u64 {
    let lines = exposition.lines().filter(|line| line.starts_with(prefix));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum()
}
