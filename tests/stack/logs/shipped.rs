//! Servers that lines are shipped to find a request's, and count as we do.

use super::Written;
use obskit_tests::loki::Loki;
use serde_json::Value;

#[tokio::test]
async fn loki_finds_a_request_in_json() {
    let written = Written::in_format("app").await;
    let loki = Loki::start().await;
    loki.push("app", &written.lines).await;
    finds_requests(&written, &loki, "json | requestId").await;
    let counts = loki.counts("{app=\"app\"} | json", "level").await.unwrap();
    assert_eq!(counts, written.counts("/level"));
    let failed = loki.lines(r#"{app="app"} | json | metadata_status="502""#).await.unwrap();
    let expected = written.requests.values().filter(|status| status.as_u16() == 502);
    assert_eq!(failed.len(), expected.count());
}

#[tokio::test]
async fn loki_finds_a_request_in_logfmt() {
    let written = Written::in_format("logfmt").await;
    let loki = Loki::start().await;
    loki.push("app", &written.lines).await;
    finds_requests(&written, &loki, "logfmt | request_id").await;
}

#[tokio::test]
async fn elasticsearch_takes_every_line() {
    let written = Written::in_format("ecs").await;
    let loki = Loki::start().await;
    let kept = loki.bulk("app", &written.lines).await;
    let mut kept: Vec<Value> =
        kept.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut sent = written.parsed();
    for lines in [&mut kept, &mut sent] {
        lines.sort_by_key(|line| line["@timestamp"].to_string() + &line["message"].to_string());
    }
    for (kept, sent) in kept.iter().zip(&sent) {
        for key in ["@timestamp", "log.level", "message", "ecs.version", "trace.id"] {
            assert_eq!(kept[key], sent[key], "{key} of {sent}");
        }
    }
    assert_eq!(kept.len(), sent.len());
}

/// Exactly its lines, by the ID that the client was told.
async fn finds_requests(written: &Written, loki: &Loki, label: &str) {
    for id in written.requests.keys().step_by(7) {
        let logql = format!("{{app=\"app\"}} | {label}=\"{id}\"");
        let mut found = loki.lines(&logql).await.unwrap();
        found.sort();
        assert_eq!(found, written.of(id), "{id}");
        assert!(!found.is_empty(), "no line of {id}");
    }
}
