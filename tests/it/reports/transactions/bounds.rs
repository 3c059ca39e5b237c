//! What a transaction holds at most.

use axum::Router;
use axum::routing::get as on_get;

use http::StatusCode;
use obskit_tests::exported::Sums;
use obskit_tests::sentry::Answer;

use super::super::performed::{PATIENCE, Performed, get};

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

#[tokio::test]
async fn they_leave_room_for_what_tells_of_failures() {
    let performed = Performed::with(|config| {
        config.reports.queue_size = 10;
        config.reports.limit = 0;
    })
    .await;
    let router = Router::new()
        .route("/", on_get(async || StatusCode::OK))
        .route("/broken", on_get(async || StatusCode::SERVICE_UNAVAILABLE));
    performed.sentry.answer([Answer::Hang]);
    performed.ask(&router, get("/")).await;
    performed.sentry.wait_for_envelopes(1).await;
    for _ in 0..50 {
        performed.ask(&router, get("/")).await;
    }
    let sums = Sums::of(&performed.telemetry, "transaction");
    assert_eq!(sums, Sums::new(51, 0, &[("full", 45)]));
    for _ in 0..5 {
        performed.ask(&router, get("/broken")).await;
    }
    let sums = Sums::of(&performed.telemetry, "report");
    assert_eq!(sums, Sums::new(5, 0, &[]));
    assert!(performed.telemetry.flush(PATIENCE));
    assert_eq!(performed.sentry.events().len(), 5);
    let sums = Sums::of(&performed.telemetry, "transaction");
    assert_eq!(sums, Sums::new(56, 6, &[("full", 50)]));
}
