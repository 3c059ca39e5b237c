//! Which traces are kept: those that are, are whole in every service, and an exemplar leads to one.

use http::Method;
use obskit_tests::exporter::Exporter;
use obskit_tests::http as client;
use obskit_tests::otelite::Otelite;
use obskit_tests::wait::wait_until;
use serde_json::Value;
use std::collections::BTreeSet;

use super::{Account, DEADLINE};

const REQUESTS: usize = 200;
const MOST: usize = 500;
const OPEN_METRICS: [(&str, &str); 1] = [("accept", "application/openmetrics-text;version=1.0.0")];
const SOON: (&str, &str) = ("OTEL_BSP_SCHEDULE_DELAY", "100");

#[tokio::test]
async fn a_trace_is_kept_by_all_services_or_by_none() {
    let otelite = Otelite::start().await;
    let endpoint = otelite.http();
    let variables = |name| {
        [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.25"),
            ("OTEL_SERVICE_NAME", name),
            SOON,
        ]
    };
    let coach = Exporter::start_with(0, &variables("coach")).await;
    let front = Exporter::start_with_coach(&coach, &variables("front")).await;
    for _ in 0..REQUESTS {
        client::get(&format!("{}/api/ppl/today", front.service)).await;
    }
    for exporter in [&front, &coach] {
        let account = Account::settled(exporter, "span").await;
        assert_eq!(account.lost(), 0, "{account:?}");
    }
    let of_front = "json_extract(resource, '$.attributes.\"service.name\"') = 'front'";
    let traces = otelite.rows(&format!(
        "SELECT count(*), sum({of_front}) FROM spans \
         GROUP BY trace_id HAVING sum(name = 'GET /api/ppl/today') = 1"
    ));
    // Eight standard deviations either way.
    assert!((10..=99).contains(&traces.len()), "{} of {REQUESTS}", traces.len());
    assert!(traces.iter().all(|trace| *trace == [7, 4]), "{traces:?}");
    leads_to_traces(&front, &otelite).await;
}

/// The IDs in its exemplars are of traces that were kept.
async fn leads_to_traces(exporter: &Exporter, otelite: &Otelite) {
    let page = client::try_get(&exporter.metrics, &OPEN_METRICS).await.unwrap();
    let requests = page.text().lines().filter(|line| line.starts_with("http_request"));
    let exemplars = requests.filter_map(|line| line.split_once(" # {trace_id=\""));
    let shown: BTreeSet<_> =
        exemplars.map(|(_, rest)| rest.split('"').next().unwrap().to_owned()).collect();
    assert!(!shown.is_empty(), "no exemplar");
    let kept = otelite.rows("SELECT DISTINCT trace_id FROM spans");
    let kept: BTreeSet<_> = kept.iter().map(|row| row[0].as_str().unwrap().to_owned()).collect();
    assert!(shown.is_subset(&kept), "{shown:?} of {kept:?}");
}

#[tokio::test]
async fn what_failed_is_kept_though_nothing_was_chosen() {
    let otelite = Otelite::start().await;
    let endpoint = otelite.http();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_TRACES_SAMPLER", "always_off"),
        ("OBSKIT_TRACE_KEEP", "failed"),
        SOON,
    ];
    let exporter = Exporter::start_with(0, &variables).await;
    let url = format!("{}/api/sync", exporter.service);
    let (mut failed, mut asked) = (BTreeSet::new(), 0);
    // One in ten fails.
    while failed.len() < 3 {
        let id = format!("case-{asked}");
        let headers = [("x-request-id", id.as_str())];
        let reply = client::send(Method::POST, &url, &headers, "").await.unwrap();
        if reply.status.is_server_error() {
            failed.insert(id);
        }
        asked += 1;
        assert!(asked < MOST, "nothing fails");
    }
    let found = wait_until("the spans", DEADLINE, async || {
        let found = otelite.rows(
            "SELECT trace_id, name, json_extract(attributes, '$.request_id'), \
             json_extract(attributes, '$.\"obskit.kept\"') FROM spans",
        );
        if found.len() == 3 * failed.len() { Ok(found) } else { Err(format!("{found:?}")) }
    })
    .await;
    assert!(found.iter().all(|row| row[3] == "failed"), "{found:?}");
    let ids = found.iter().filter_map(|row| row[2].as_str().map(str::to_owned));
    assert_eq!(ids.collect::<BTreeSet<_>>(), failed);
    let traces: BTreeSet<_> = found.iter().map(|row| row[0].as_str().unwrap()).collect();
    for trace in traces {
        let of_trace = found.iter().filter(|row| row[0] == trace);
        let names: BTreeSet<_> =
            of_trace.map(|row: &Vec<Value>| row[1].as_str().unwrap()).collect();
        assert_eq!(names, ["GET /steps", "POST /api/sync", "sync_steps"].into(), "{found:?}");
    }
}
