//! Bugsink keeps nothing but what is as Sentry's schema has it. Each way to fail is kept once each
//! time, is one issue, and says what is to be known of it.

use obskit_tests::bugsink::{Bugsink, Kept};
use obskit_tests::exporter::Exporter;
use obskit_tests::unique;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use tempfile::NamedTempFile;

use super::{KINDS, SECRETS, fail};

const TIMES: usize = 2;
const RELEASE: &str = "workouts@1.2.3";
const TEMPLATE: &str = "GET /api/broken/{how}";
const BUSY: &str = "all 8 connections were in use for 500ms";

/// What a kind is known by.
struct Expected {
    kind: &'static str,
    title: [&'static str; 2],
    transaction: &'static str,
    /// Where it went wrong: the innermost function of the application's.
    function: Option<&'static str>,
}

const EXPECTED: [Expected; 6] = {
    const fn row(
        kind: &'static str,
        title: [&'static str; 2],
        transaction: &'static str,
        function: Option<&'static str>,
    ) -> Expected {
        Expected { kind, title, transaction, function }
    }
    [
        row("error", ["Store", "the database is busy"], TEMPLATE, Some("broken::plan_season")),
        row("job", ["Exhausted", BUSY], "rank_users", Some("jobs::rank_users")),
        row("panic", ["panic", "a season has days"], TEMPLATE, Some("broken::count_days")),
        row("sentry", ["Log Message", "the season has no end"], TEMPLATE, None),
        row("status", ["HTTP 503", TEMPLATE], TEMPLATE, None),
        row("task", ["Exhausted", BUSY], TEMPLATE, Some("broken::archive_season")),
    ]
};

#[tokio::test]
async fn every_way_to_fail_is_kept_once() {
    let bugsink = Bugsink::start().await;
    let (dsn, log) = (bugsink.dsn(), NamedTempFile::new().unwrap());
    let variables = [
        ("SENTRY_DSN", dsn.as_str()),
        ("SENTRY_RELEASE", RELEASE),
        ("SENTRY_ENVIRONMENT", "staging"),
    ];
    let stdout = Stdio::from(log.reopen().unwrap());
    let exporter = Exporter::start_into(0, &variables, stdout).await;
    for nth in 1..=TIMES {
        fail(&exporter, nth).await;
    }
    assert!(exporter.stop().await.success());

    let kept = bugsink.events(TIMES * KINDS.len()).await;
    assert_eq!(bugsink.releases().await, [RELEASE]);
    let lines = fs::read_to_string(log.path()).unwrap();
    let lines: Vec<_> = lines.lines().map(|line| unique::read(line.as_bytes()).unwrap()).collect();
    for expected in EXPECTED {
        let of_kind: Vec<_> = kept.iter().filter(|kept| kind(kept) == expected.kind).collect();
        assert_eq!(of_kind.len(), TIMES, "{}: {kept:#?}", expected.kind);
        for kept in of_kind {
            is_as_expected(kept, &expected);
            says_who_and_how(&kept.event, &expected);
            says_of_which_request(&kept.event, &expected);
            has_its_id_in_the_log(&kept.event, &lines);
        }
    }
}

/// By the request, but for a job's run, which has none.
fn kind(kept: &Kept) -> &str {
    let tags = &kept.event["tags"];
    if tags["job"] == "rank_users" {
        return "job";
    }
    tags["request_id"].as_str().unwrap().split('-').next().unwrap()
}

fn is_as_expected(Kept { issue, event }: &Kept, expected: &Expected) {
    let title = [&issue["calculated_type"], &issue["calculated_value"]];
    assert_eq!(
        (title.map(text), text(&issue["transaction"])),
        (expected.title, expected.transaction)
    );
    assert_eq!(issue["stored_event_count"], TIMES, "{issue:#}");
    let frames = event.pointer("/exception/values").and_then(Value::as_array).map(|values| {
        let outermost = values.last().unwrap();
        outermost["stacktrace"]["frames"].as_array().cloned().unwrap_or_default()
    });
    let frames = frames.unwrap_or_default();
    let innermost = frames.iter().rfind(|frame| frame["in_app"] == true);
    let innermost = innermost.map(|frame| text(&frame["function"]));
    let found = innermost.filter(|function| {
        let path = function.trim_start_matches("exporter::").trim_start_matches("service::");
        expected.function.is_some_and(|expected| path.starts_with(expected))
    });
    assert_eq!(found.is_some(), expected.function.is_some(), "{innermost:?}: {event:#}");
}

/// What every report says, and what none does.
fn says_who_and_how(event: &Value, expected: &Expected) {
    let said = event.to_string();
    for secret in SECRETS {
        assert!(!said.contains(secret), "{event:#}");
    }
    assert_eq!([&event["release"], &event["environment"]], [RELEASE, "staging"]);
    assert!(!text(&event["server_name"]).is_empty());
    let contexts = &event["contexts"];
    assert_eq!([&contexts["runtime"]["name"], &contexts["os"]["name"]], ["rustc", "Linux"]);
    assert_eq!(text(&contexts["trace"]["trace_id"]).len(), 32);
    assert_eq!(text(&contexts["trace"]["span_id"]).len(), 16);
    let (level, handled) =
        if expected.kind == "panic" { ("fatal", false) } else { ("error", true) };
    assert_eq!(event.get("level").map_or("error", text), level);
    let values = event.pointer("/exception/values").and_then(Value::as_array);
    if let Some(outermost) = values.and_then(|values| values.last()) {
        assert_eq!(outermost["mechanism"]["handled"], handled);
    }
}

/// A job's run is nobody's request.
fn says_of_which_request(event: &Value, expected: &Expected) {
    if expected.kind == "job" {
        return;
    }
    let request = &event["request"];
    let url = text(&request["url"]);
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/api/broken/{how}"), "{url}");
    assert_eq!((&request["method"], &request["query_string"]), (&json!("GET"), &Value::Null));
    let crumbs = event["breadcrumbs"]["values"].as_array().unwrap();
    let crumbs: Vec<_> = crumbs.iter().map(|crumb| text(&crumb["message"])).collect();
    assert_eq!(crumbs.first(), Some(&"season opened"), "{event:#}");
    let season = if expected.kind == "sentry" { json!("2026") } else { Value::Null };
    assert_eq!(event["tags"]["season"], season, "{event:#}");
}

/// The lines of its request, or run, that name a failure name this one.
fn has_its_id_in_the_log(event: &Value, lines: &[Value]) {
    let of_request = lines.iter().filter(|line| line["requestId"] == event["tags"]["request_id"]);
    let ids: BTreeSet<_> = of_request.filter_map(|line| line["error"]["id"].as_str()).collect();
    assert_eq!(ids, BTreeSet::from([text(&event["event_id"])]), "{event:#}");
    let in_trace =
        lines.iter().filter(|line| line["traceId"] == event["contexts"]["trace"]["trace_id"]);
    assert!(in_trace.count() > 0, "{event:#}");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text but {value:#}"))
}
