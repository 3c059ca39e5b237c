//! What a transaction holds at most.

use axum::Router;
use axum::routing::get as on_get;

use super::super::performed::{Performed, get};

async fn check(spans: usize, bytes: usize, told: std::ops::RangeInclusive<usize>) {
    let performed = Performed::start().await;
    let handler = async move || {
        let text = "squat ".repeat(bytes / 6);
        for number in 0..spans {
            drop(tracing::info_span!("child", number, text));
        }
    };
    performed.ask(&Router::new().route("/", on_get(handler)), get("/")).await;
    let transaction = performed.transaction();
    let found = transaction["spans"].as_array().unwrap();
    assert!(told.contains(&found.len()), "{}", found.len());
    // The last ones: what ends later is further out.
    assert_eq!(found.last().unwrap()["data"]["number"], spans - 1);
    let dropped = transaction["contexts"]["trace"]["data"]["obskit.dropped_spans"].as_u64();
    assert_eq!(dropped, Some((spans - found.len()) as u64).filter(|dropped| *dropped > 0));
    let text = performed.telemetry.metrics().text();
    let cut = u8::from(dropped.is_some());
    let line = format!("obskit_dropped_total{{signal=\"transaction\",reason=\"cut\"}} {cut}\n");
    assert!(text.contains(&line), "{text}");
    assert!(text.contains("obskit_delivered_total{signal=\"transaction\"} 1\n"), "{text}");
}

#[tokio::test]
async fn a_thousand_spans() {
    check(999, 0, 999..=999).await;
    check(1_000, 0, 1_000..=1_000).await;
    check(1_500, 0, 1_000..=1_000).await;
}

#[tokio::test]
async fn as_many_bytes_as_sentry_takes() {
    check(100, 20_000, 10..=40).await;
}
