//! jq and lnav read every line, and count as we do.

use super::Written;
use obskit_tests::jq;
use obskit_tests::lnav::Lnav;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ACCESS: &str = r#"map(select(.target == "obskit::access"))"#;
const COUNTS: &str = "group_by(KEY) | map({(.[0] | KEY | tostring): length}) | add";

#[tokio::test]
async fn jq_reads_every_line() {
    let written = Written::in_format("app").await;
    let check = |filter: &str, expected: Value| {
        assert_eq!(jq::slurped(&written.file, filter), expected, "{filter}");
    };
    let by = |key| COUNTS.replace("KEY", key);
    check("length", written.lines.len().into());
    check(&by(".level"), json!(written.counts("/level")));
    check(&by(".target"), json!(written.counts("/target")));
    let always = "all(has(\"timestamp\") and has(\"message\") and .service == \"workout-tracker\")";
    check(always, true.into());
    check(r#"all(.timestamp | test("^\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{6}Z$"))"#, true.into());
    check(&format!("{ACCESS} | map(.requestId) | sort"), json!(keys(&written)));
    check(&format!("{ACCESS} | {}", by(".metadata.status")), json!(statuses(&written)));
    let errors = "map(select(.error)) | map(.error.type and .error.message and .requestId) | all";
    check(errors, true.into());
    let failed = written.requests.values().filter(|status| status.is_server_error()).count();
    check("map(select(.error and .level == \"error\")) | length", failed.into());
}

#[tokio::test]
async fn lnav_reads_every_line() {
    let written = Written::in_format("app").await;
    let lnav = Lnav::install("docs/lnav.json");
    let rows = |sql: &str| lnav.rows(&written.file, sql);
    let levels = rows("SELECT log_level, count(*) AS n FROM obskit_log GROUP BY log_level");
    let levels: BTreeMap<_, _> = levels.iter().map(level).collect();
    assert_eq!(levels, written.counts("/level"));
    for id in written.requests.keys().step_by(5) {
        let found = rows(&format!(
            "SELECT log_body FROM obskit_log WHERE requestId = '{id}' ORDER BY log_line"
        ));
        let expected = written.parsed().into_iter().filter(|line| line["requestId"] == id.as_str());
        let expected: Vec<_> = expected.map(|line| line["message"].clone()).collect();
        let found: Vec<_> = found.iter().map(|row| row["log_body"].clone()).collect();
        assert_eq!(found, expected, "{id}");
    }
    let slow = "SELECT count(*) AS n FROM obskit_log WHERE jget(metadata, '/durationMs') > 30";
    let expected = written.parsed().into_iter();
    let expected = expected.filter(|line| line["metadata"]["durationMs"].as_f64() > Some(30.0));
    assert_eq!(rows(slow), [json!({ "n": expected.count() })]);
    assert!(!lnav.shown(&written.file).contains("\"timestamp\""), "some lines are only text");
}

#[tokio::test]
async fn lnav_reads_logfmt() {
    let written = Written::in_format("logfmt").await;
    // It knows the format itself.
    let lnav = Lnav::install("docs/lnav.json");
    let request = "jget(fields, '/request_id')";
    let sql = format!("SELECT {request} AS id, count(*) AS n FROM logfmt_log GROUP BY {request}");
    let found = lnav.rows(&written.file, &sql);
    let lines: u64 = found.iter().map(|row| row["n"].as_u64().unwrap()).sum();
    assert_eq!(lines, written.lines.len() as u64);
    // The runs of jobs have IDs too.
    let ids: BTreeSet<_> = found.iter().filter_map(|row| row["id"].as_str()).collect();
    let missing: Vec<_> = keys(&written).difference(&ids).copied().collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn keys(written: &Written) -> BTreeSet<&str> {
    written.requests.keys().map(String::as_str).collect()
}

/// The number of requests by status.
fn statuses(written: &Written) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for status in written.requests.values() {
        *counts.entry(status.as_str().to_owned()).or_default() += 1;
    }
    counts
}

/// A level as we call it, and the number of its lines.
fn level(row: &Value) -> (String, u64) {
    let level = row["log_level"].as_str().unwrap();
    (level.replace("warning", "warn"), row["n"].as_u64().unwrap())
}
