//! Whatever a collector answers, each span is delivered or lost for a reason, once.

use std::time::Duration;

use obskit::config::Config;
use obskit_tests::collector::{Answer, Collector};
use obskit_tests::exported::{Sums, requests};
use obskit_tests::recorded;

use super::PATIENCE;

const SPANS: usize = 8;

/// What eight spans come to where the first answers are these, by a protocol.
async fn check(is_grpc: bool, answers: &[Answer], expected: (u64, &[(&str, u64)])) {
    let collector = Collector::start().await;
    collector.answer(answers.iter().cloned());
    let telemetry = recorded::telemetry_with(|config| {
        collector.config_by(is_grpc, config);
        config.traces.batch.schedule_delay = Duration::from_hours(1);
        config.traces.otlp.timeout = Duration::from_millis(500);
        // Time for one more try.
        config.traces.batch.export_timeout = Duration::from_secs(4);
    });
    requests(&telemetry, SPANS).await;
    assert!(telemetry.flush(PATIENCE), "{is_grpc} {answers:?}");
    let (delivered, dropped) = expected;
    let sums = Sums::of_spans(&telemetry);
    assert_eq!(sums, Sums::new(SPANS as u64, delivered, dropped), "{is_grpc} {answers:?}");
    let again = collector.exports().len();
    assert!(again >= answers.len().min(2), "{is_grpc} {answers:?}: {again}");
}

async fn check_both(answers: &[Answer], expected: (u64, &[(&str, u64)])) {
    tokio::join!(check(false, answers, expected), check(true, answers, expected));
}

#[tokio::test]
async fn what_is_taken_is_delivered() {
    check_both(&[Answer::Taken], (8, &[])).await;
    check_both(&[Answer::Garbage(b"\xff\xffno message")], (8, &[])).await;
    check_both(&[Answer::Garbage(b"{\"partialSuccess\":{}}")], (8, &[])).await;
    check_both(&[Answer::Flood(1 << 20)], (8, &[])).await;
    check_both(&[Answer::Slow(Duration::from_millis(200))], (8, &[])).await;
}

#[tokio::test]
async fn what_was_taken_goes_once_however_late_the_answer_ends() {
    for (is_grpc, set) in
        [(false, Collector::config as fn(&Collector, &mut Config)), (true, Collector::config_grpc)]
    {
        let collector = Collector::start().await;
        let telemetry = recorded::telemetry_with(|config| set(&collector, config));
        collector.answer([Answer::LateEnd(Duration::from_millis(2_500))]);
        requests(&telemetry, SPANS).await;
        assert!(telemetry.flush(PATIENCE));
        assert_eq!(collector.exports().len(), 1, "{is_grpc}");
        assert_eq!(Sums::of_spans(&telemetry), Sums::new(8, 8, &[]));
    }
}

#[tokio::test]
async fn what_is_rejected_in_part_is_counted_so() {
    let partial = |rejected| [Answer::Partial { rejected, message: "too old" }];
    check_both(&partial(3), (5, &[("rejected", 3)])).await;
    check_both(&partial(0), (8, &[])).await;
    check_both(&partial(100), (0, &[("rejected", 8)])).await;
    check_both(&partial(-1), (8, &[])).await;
}

#[tokio::test]
async fn what_may_be_tried_again_is() {
    let busy = Answer::Status { code: 429, retry_after: Some("1"), body: b"" };
    check_both(&[busy, Answer::Taken], (8, &[])).await;
    for code in [502, 503, 504] {
        check_both(&[Answer::status(code), Answer::Taken], (8, &[])).await;
    }
    check_both(&[Answer::Close, Answer::Taken], (8, &[])).await;
    check_both(&[Answer::Hang, Answer::Taken], (8, &[])).await;
    let unavailable = Answer::Grpc { code: 14, message: "", retry: None };
    check(true, &[unavailable, Answer::Taken], (8, &[])).await;
    let retry = Some(Duration::from_millis(700));
    let exhausted = Answer::Grpc { code: 8, message: "quota", retry };
    check(true, &[exhausted, Answer::Taken], (8, &[])).await;
}

#[tokio::test]
async fn what_may_not_is_rejected() {
    for code in [400, 401, 403, 404, 415, 500, 501] {
        check_both(&[Answer::status(code)], (0, &[("rejected", 8)])).await;
    }
    let moved = Answer::Status { code: 307, retry_after: None, body: b"" };
    check_both(&[moved], (0, &[("rejected", 8)])).await;
    for code in [3, 7, 8, 12, 13, 16] {
        let answer = Answer::Grpc { code, message: "no", retry: None };
        check(true, &[answer], (0, &[("rejected", 8)])).await;
    }
}

#[tokio::test]
async fn what_is_too_large_goes_in_parts() {
    let parts = vec![Answer::AtMost(3); 20];
    check_both(&parts, (8, &[])).await;
    check_both(&vec![Answer::AtMost(0); 20], (0, &[("rejected", 8)])).await;
}

#[tokio::test]
async fn what_fails_until_the_time_is_over_has_failed() {
    check_both(&vec![Answer::status(503); 20], (0, &[("failed", 8)])).await;
    let later = Answer::Status { code: 503, retry_after: Some("3600"), body: b"" };
    check_both(&[later], (0, &[("failed", 8)])).await;
}
