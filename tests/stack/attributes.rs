//! What the exporter's attributes declare, before a real Prometheus: the exporter is built as it
//! would be deployed, since what is collected at link time may differ from a debug build.

use http::{Method, StatusCode};
use obskit_tests::exporter::{Exporter, Profile};
use obskit_tests::http as client;
use obskit_tests::prometheus::{Element, Features, Prometheus};
use obskit_tests::wait::wait_until;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const DEADLINE: Duration = Duration::from_mins(1);
const TRAFFIC: u32 = 50;

const WORKOUTS: &str = "mo_workouts_completed_total";
const CALLS: &str = r#"handler_calls_total{handler="complete_workout"}"#;
const P95: &str =
    "histogram_quantile(0.95, sum by (handler, le) (rate(handler_duration_seconds_bucket[5m])))";

/// R31: everything stands at 0, and `increase` sees the first event of each.
#[tokio::test]
async fn first_events_are_seen() {
    let exporter = Exporter::start_as(Profile::Release, 0).await;
    let prometheus = Prometheus::start(exporter.target(), Features::Exemplars).await;
    let days = ["legs", "pull", "push"].map(|day| (day.to_owned(), 0.0));
    assert_eq!(by(&prometheus.data(WORKOUTS).await, "day_type"), days.into());
    let outcomes = ["success", "client_error", "server_error", "cancelled", "panic"];
    let outcomes = outcomes.map(|outcome| (outcome.to_owned(), 0.0));
    assert_eq!(by(&prometheus.data(CALLS).await, "outcome"), outcomes.into());
    knows_objectives(&prometheus).await;

    complete(&exporter, 1, StatusCode::OK).await;
    complete(&exporter, 4_711, StatusCode::NOT_FOUND).await;
    let increase = |of: &str| format!("increase({of}[1m]) > 0");
    let days = seen(&prometheus, &increase(WORKOUTS), "day_type", 1).await;
    assert_eq!(days, ["legs".to_owned()].into());
    let outcomes = seen(&prometheus, &increase(CALLS), "outcome", 2).await;
    assert_eq!(outcomes, ["client_error", "success"].map(str::to_owned).into());
    let now = by(&prometheus.query(WORKOUTS).await.unwrap(), "day_type");
    assert_eq!((now["legs"], now["pull"], now["push"]), (1.0, 0.0, 0.0));
}

async fn complete(exporter: &Exporter, workout: u32, expected: StatusCode) {
    let url = format!("{}/api/workouts/{workout}/complete", exporter.service);
    let headers = [("content-type", "application/json"), ("authorization", "Bearer user-1")];
    let reply = client::send(Method::POST, &url, &headers, r#"{"day_type":"legs"}"#).await.unwrap();
    assert_eq!(reply.status, expected, "{}", reply.text());
}

/// Objectives are data, and their threshold is a bucket.
async fn knows_objectives(prometheus: &Prometheus) {
    let objectives = prometheus.data(r#"slo_objective_ratio{slo="complete_workout"}"#).await;
    let objectives = by(&objectives, "objective");
    assert!(objectives["availability"] > 0.9 && objectives["latency"] > 0.9, "{objectives:?}");
    let within = prometheus.data(r#"slo_latency_threshold_seconds{slo="complete_workout"}"#).await;
    let bucket = format!(
        r#"handler_duration_seconds_bucket{{handler="complete_workout",le="{}"}}"#,
        within[0].value
    );
    assert_eq!(prometheus.data(&bucket).await.len(), 1);
}

#[tokio::test]
async fn handlers_dependencies_and_jobs_under_traffic() {
    let exporter = Exporter::start_as(Profile::Release, TRAFFIC).await;
    let prometheus = Prometheus::start(exporter.target(), Features::Exemplars).await;
    let handlers = seen(&prometheus, &format!("{P95} > 0"), "handler", 5).await;
    assert!(handlers.contains("complete_workout"), "{handlers:?}");
    let days = seen(&prometheus, &format!("rate({WORKOUTS}[1m]) > 0"), "day_type", 3).await;
    assert_eq!(days.len(), 3, "{days:?}");
    let operations = "rate(dependency_requests_total{dependency=\"postgres\"}[1m]) > 0";
    seen(&prometheus, operations, "operation", 2).await;
    // Prometheus keeps `job` for what it scrapes.
    let runs = r#"job_runs_total{outcome="success"} > 0"#;
    seen(&prometheus, runs, "exported_job", 1).await;
    seen(&prometheus, "dependency_pool_connections", "state", 2).await;
    for question in questions(include_str!("../../docs/attributes.md")) {
        let answer = prometheus.query(question).await;
        assert!(answer.is_ok(), "{answer:?}\n{question}");
    }
}

/// The PromQL of a documentation.
fn questions(text: &str) -> Vec<&str> {
    let blocks = text.split("```promql\n").skip(1);
    let questions: Vec<_> = blocks.filter_map(|block| Some(block.split_once("```")?.0)).collect();
    assert!(questions.len() > 3, "{questions:?}");
    questions
}

/// Waits until a query has `least` values of a label, and answers them.
async fn seen(
    prometheus: &Prometheus,
    promql: &str,
    label: &str,
    least: usize,
) -> BTreeSet<String> {
    wait_until(promql, DEADLINE, async || {
        let found: BTreeSet<_> = by(&prometheus.query(promql).await?, label).into_keys().collect();
        if found.len() < least { Err(format!("{found:?}")) } else { Ok(found) }
    })
    .await
}

/// The values by a label of theirs.
fn by(found: &[Element], label: &str) -> BTreeMap<String, f64> {
    found.iter().map(|element| (element.labels[label].clone(), element.value)).collect()
}
