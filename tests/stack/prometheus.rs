//! A real Prometheus scrapes the exporter under load, as text and as protobuf.

use http::StatusCode;
use obskit_tests::exporter::Exporter;
use obskit_tests::http as client;
use obskit_tests::prometheus::{Element, Features, Prometheus};
use obskit_tests::wait::wait_until;
use std::collections::BTreeSet;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_mins(1);
const TRAFFIC: u32 = 50;
const OPEN_METRICS: [(&str, &str); 1] = [("accept", "application/openmetrics-text;version=1.0.0")];
const NATIVE: (&str, &str) = ("OBSKIT_NATIVE_HISTOGRAMS", "true");
const REQUESTS: &str = "rate(http_requests_total[5m])";
const ERRORS: &str = r#"rate(http_requests_total{status=~"5.."}[5m])"#;
const P95: &str = "histogram_quantile(0.95, rate(http_request_duration_seconds_bucket[5m]))";

#[tokio::test]
async fn the_promised_queries_answer_over_text() {
    the_promised_queries_answer(Features::Exemplars).await;
}

/// As in text, native histograms being off unless asked for: Prometheus 2.42 drops the classic
/// buckets of a family that has native ones.
#[tokio::test]
async fn the_promised_queries_answer_over_protobuf() {
    the_promised_queries_answer(Features::NativeHistograms).await;
}

async fn the_promised_queries_answer(features: Features) {
    let exporter = Exporter::start(TRAFFIC).await;
    let prometheus = Prometheus::start(exporter.target(), features).await;
    is_healthy(&prometheus).await;
    answers_requests_and_errors(&prometheus).await;
    are_latencies(&prometheus.data(P95).await);
    answers_workouts_by_day(&prometheus).await;
    knows_types(&prometheus).await;
    agrees(&exporter, &prometheus).await;
}

#[tokio::test]
async fn native_histograms_answer_where_asked_for() {
    let exporter = Exporter::start_with(TRAFFIC, &[NATIVE]).await;
    let prometheus = Prometheus::start(exporter.target(), Features::NativeHistograms).await;
    is_healthy(&prometheus).await;
    let p95 = "histogram_quantile(0.95, rate(http_request_duration_seconds[5m]))";
    are_latencies(&prometheus.data(p95).await);
    let counts = prometheus.data("histogram_count(http_request_duration_seconds) > 0").await;
    assert!(counts.iter().all(|each| each.value.fract() == 0.0), "{counts:?}");
}

#[tokio::test]
async fn exemplars_come_back_over_text() {
    exemplars_come_back(Features::Exemplars).await;
}

#[tokio::test]
async fn exemplars_come_back_over_protobuf() {
    exemplars_come_back(Features::NativeHistograms).await;
}

/// A trace that a caller began and the service went on with is found by its ID.
async fn exemplars_come_back(features: Features) {
    let exporter = Exporter::start(0).await;
    let prometheus = Prometheus::start(exporter.target(), features).await;
    let url = format!("{}/api/ppl/today", exporter.service);
    let mut sent = BTreeSet::new();
    let mut shown = BTreeSet::new();
    wait_until("an exemplar of a trace of ours", DEADLINE, async || {
        let trace_id = format!("{:032x}", 0xace0_0000_u64 + sent.len() as u64);
        let traceparent = format!("00-{trace_id}-00f067aa0ba902b7-01");
        let reply = client::try_get(&url, &[("traceparent", &traceparent)]).await?;
        assert_eq!(reply.status, StatusCode::OK);
        sent.insert(trace_id);
        let page = client::try_get(&exporter.metrics, &OPEN_METRICS).await?;
        shown.extend(trace_ids(page.text()));
        let found = stored_trace_ids(&prometheus).await?;
        if found.is_empty() {
            return Err("none stored".to_owned());
        }
        assert!(found.is_subset(&sent), "{found:?} of {sent:?}");
        Ok(())
    })
    .await;
    assert!(!shown.is_empty(), "the exposition itself shows no exemplar");
    assert!(shown.is_subset(&sent), "{shown:?} of {sent:?}");
}

#[tokio::test]
async fn exemplars_name_traces_that_the_service_began() {
    let exporter = Exporter::start(TRAFFIC).await;
    let prometheus = Prometheus::start(exporter.target(), Features::Exemplars).await;
    let mut shown = BTreeSet::new();
    let common = wait_until("an exemplar shown and stored", DEADLINE, async || {
        let page = client::try_get(&exporter.metrics, &OPEN_METRICS).await?;
        shown.extend(trace_ids(page.text()));
        let stored = stored_trace_ids(&prometheus).await?;
        let common: BTreeSet<_> = stored.intersection(&shown).cloned().collect();
        if common.is_empty() {
            return Err(format!("{} shown, {} stored", shown.len(), stored.len()));
        }
        Ok(common)
    })
    .await;
    assert!(common.iter().all(|id| is_trace_id(id)), "{common:?}");
}

async fn is_healthy(prometheus: &Prometheus) {
    wait_until("the target to be up", DEADLINE, async || {
        let target = prometheus.target().await?;
        if target["health"] == "up" && target["lastError"] == "" {
            Ok(())
        } else {
            Err(target.to_string())
        }
    })
    .await;
    let up = prometheus.data("up").await;
    assert!(up.len() == 1 && up[0].value > 0.0, "{up:?}");
}

async fn answers_requests_and_errors(prometheus: &Prometheus) {
    let endpoints: BTreeSet<_> = positive(prometheus, REQUESTS, "endpoint").await;
    assert!(endpoints.len() > 1 && !endpoints.contains(""), "{endpoints:?}");
    let statuses = positive(prometheus, ERRORS, "status").await;
    assert!(statuses.iter().all(|status| status.starts_with('5')), "{statuses:?}");
}

async fn answers_workouts_by_day(prometheus: &Prometheus) {
    let days = positive(prometheus, "mo_workouts_completed_total", "day_type").await;
    let known = ["legs", "pull", "push"].map(str::to_owned).into();
    assert!(days.is_subset(&known), "{days:?}");
}

async fn knows_types(prometheus: &Prometheus) {
    for (family, expected) in [
        ("http_requests_total", "counter"),
        ("http_request_duration_seconds", "histogram"),
        ("http_requests_in_flight", "gauge"),
    ] {
        // OpenMetrics names a counter's family without its suffix.
        let short = family.trim_end_matches("_total");
        let kind = match prometheus.kind(family).await {
            Ok(kind) => kind,
            Err(_) => prometheus.kind(short).await.unwrap(),
        };
        assert_eq!(kind, expected, "{family}");
    }
}

/// A scrape made between two readings of the exporter's own count lies between them.
async fn agrees(exporter: &Exporter, prometheus: &Prometheus) {
    let before = counted(exporter).await;
    let asked = unix_seconds();
    let scraped = wait_until("a later scrape", DEADLINE, async || {
        let at = prometheus.query("max(timestamp(http_requests_total))").await?;
        match at.first() {
            Some(at) if at.value > asked => prometheus.query("sum(http_requests_total)").await,
            other => Err(format!("{other:?}")),
        }
    })
    .await[0]
        .value;
    let after = counted(exporter).await;
    assert!(before <= scraped && scraped <= after, "{before} <= {scraped} <= {after}");
    assert!(before > 0.0, "nothing counted");
}

async fn counted(exporter: &Exporter) -> f64 {
    let page = client::get(&exporter.metrics).await;
    let lines = page.text().lines().filter(|line| line.starts_with("http_requests_total{"));
    lines.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
}

/// Waits until `promql` has elements above zero, and answers their values of `label`.
async fn positive(prometheus: &Prometheus, promql: &str, label: &str) -> BTreeSet<String> {
    wait_until(promql, DEADLINE, async || {
        let found = prometheus.query(promql).await?;
        let moving = found.iter().filter(|element| element.value > 0.0);
        let values: BTreeSet<_> = moving.map(|element| element.labels[label].clone()).collect();
        if values.is_empty() { Err(format!("{found:?}")) } else { Ok(values) }
    })
    .await
}

fn are_latencies(found: &[Element]) {
    let known: Vec<_> = found.iter().filter(|element| !element.value.is_nan()).collect();
    assert!(!known.is_empty(), "{found:?}");
    assert!(known.iter().all(|each| (0.0..60.0).contains(&each.value)), "{known:?}");
}

async fn stored_trace_ids(prometheus: &Prometheus) -> Result<BTreeSet<String>, String> {
    let selector = r#"{__name__=~"http_request.*"}"#;
    let found = prometheus.exemplars(selector).await?;
    Ok(found.into_iter().map(|mut labels| labels.remove("trace_id").unwrap()).collect())
}

/// The trace IDs of requests' exemplars in an OpenMetrics exposition; jobs have their own traces.
fn trace_ids(exposition: &str) -> BTreeSet<String> {
    let requests = exposition.lines().filter(|line| line.starts_with("http_request"));
    let exemplars = requests.filter_map(|line| line.split_once(" # {trace_id=\""));
    exemplars.map(|(_, rest)| rest.split('"').next().unwrap().to_owned()).collect()
}

fn is_trace_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn unix_seconds() -> f64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64()
}
