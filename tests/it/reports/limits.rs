//! What the server limits, by category, and what it is told of that.

use std::time::Duration;

use obskit::Telemetry;
use obskit::context::EventId;
use obskit::telemetry::Feedback;
use obskit_tests::exported::{Sums, failures};
use obskit_tests::sentry::{Answer, Sentry};
use obskit_tests::wait::wait_until;

use super::sending::{PATIENCE, stage};

const ERRORS: &[(&str, &str)] = &[("x-sentry-rate-limits", "60:error:key:quota")];

/// Something of another category.
fn say(telemetry: &Telemetry) {
    let failure = EventId::parse("9ec79c33ec9942ab8353589fcb2e04dc").unwrap();
    telemetry.feedback(failure, Feedback::new("It lost my workout."));
}

async fn check_others_pass(answer: Answer, sums: Sums) {
    let (telemetry, sentry) = stage(|_| ()).await;
    sentry.answer([answer]);
    failures(&telemetry, 1).await;
    assert!(telemetry.flush(PATIENCE));
    failures(&telemetry, 4).await;
    say(&telemetry);
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(Sums::of(&telemetry, "report"), sums);
    assert_eq!(Sums::of(&telemetry, "feedback"), Sums::new(1, 1, &[]));
    let envelopes = sentry.envelopes();
    assert_eq!(envelopes.len(), 2, "{envelopes:#?}");
    // What the server has refused itself it has counted itself.
    assert_eq!(envelopes[1].kinds(), ["feedback", "client_report"]);
    assert_eq!(
        sentry.discarded().into_iter().collect::<Vec<_>>(),
        [("error/ratelimit_backoff".to_owned(), 4)]
    );
}

#[tokio::test]
async fn a_limit_holds_for_its_category_alone() {
    check_others_pass(Answer::limited(ERRORS), Sums::new(5, 0, &[("throttled", 5)])).await;
}

#[tokio::test]
async fn a_limit_may_come_with_a_200() {
    check_others_pass(Answer::TakenWith(ERRORS), Sums::new(5, 1, &[("throttled", 4)])).await;
}

#[tokio::test]
async fn what_waits_is_not_sent_once_it_is_limited() {
    let (telemetry, sentry) = stage(|_| ()).await;
    sentry.answer([Answer::Status { code: 503, headers: &[("retry-after", "1")], body: b"" }]);
    sentry.always(Answer::limited(ERRORS));
    failures(&telemetry, 5).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(Sums::of(&telemetry, "report"), Sums::new(5, 0, &[("throttled", 5)]));
    let events = sentry.envelopes().iter().filter(|of| of.kinds().contains(&"event")).count();
    assert_eq!(events, 2);
}

/// `retry-after` alone holds for all, and not for longer than it says.
#[tokio::test]
async fn a_429_without_more_holds_for_all_of_them_and_for_its_time() {
    let (telemetry, sentry) = stage(|_| ()).await;
    sentry.answer([Answer::limited(&[("retry-after", "2")])]);
    failures(&telemetry, 1).await;
    assert!(telemetry.flush(PATIENCE));
    say(&telemetry);
    failures(&telemetry, 1).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(sentry.envelopes().len(), 1);
    assert_eq!(Sums::of(&telemetry, "feedback"), Sums::new(1, 0, &[("throttled", 1)]));
    let mut failed = 2;
    wait_until("the limit to end", PATIENCE, async || {
        failures(&telemetry, 1).await;
        failed += 1;
        assert!(telemetry.flush(PATIENCE));
        let envelopes = sentry.envelopes();
        if envelopes.len() > 1 { Ok(()) } else { Err("none") }
    })
    .await;
    let envelopes = sentry.envelopes();
    let paused = envelopes[1].at - envelopes[0].at;
    assert!(paused >= Duration::from_millis(1_900), "{paused:?}");
    let sums = Sums::of(&telemetry, "report");
    assert_eq!(sums, Sums::new(failed, 1, &[("throttled", failed - 1)]));
    // One of them was answered by the server.
    let discarded = sentry.discarded();
    assert_eq!(discarded["error/ratelimit_backoff"], failed - 2, "{discarded:?}");
    assert_eq!(discarded["feedback/ratelimit_backoff"], 1, "{discarded:?}");
}

#[tokio::test]
async fn a_429_that_says_nothing_holds_for_a_minute() {
    let (telemetry, sentry) = stage(|_| ()).await;
    sentry.answer([Answer::status(429)]);
    failures(&telemetry, 3).await;
    assert!(telemetry.flush(PATIENCE));
    failures(&telemetry, 3).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(sentry.envelopes().len(), 1);
    assert_eq!(Sums::of(&telemetry, "report"), Sums::new(6, 0, &[("throttled", 6)]));
}

#[tokio::test]
async fn a_429_that_names_nothing_that_is_sent_holds_for_a_minute() {
    const OTHERS: &[(&str, &str)] = &[("x-sentry-rate-limits", "60:default;attachment:key")];
    let (telemetry, sentry) = stage(|_| ()).await;
    sentry.answer([Answer::limited(OTHERS)]);
    failures(&telemetry, 3).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(sentry.envelopes().len(), 1);
    assert_eq!(Sums::of(&telemetry, "report"), Sums::new(3, 0, &[("throttled", 3)]));
}

#[tokio::test]
async fn what_is_told_as_not_sent_is_what_the_ledger_has() {
    let (telemetry, sentry) = stage(|config| config.reports.queue_size = 5).await;
    sentry.answer([Answer::status(400), Answer::status(500), Answer::Close]);
    sentry.answer([Answer::Taken, Answer::TakenWith(ERRORS)]);
    failures(&telemetry, 1).await;
    sentry.wait_for_envelopes(1).await;
    failures(&telemetry, 60).await;
    assert!(telemetry.flush(PATIENCE));
    failures(&telemetry, 7).await;
    assert!(telemetry.flush(PATIENCE));
    let sums = Sums::of(&telemetry, "report");
    assert_eq!((sums.accepted, sums.waiting()), (68, 0), "{sums:?}");
    assert_eq!(sums.delivered, sentry.events().len() as u64);
    check_told(&sentry, &sums);
}

fn check_told(sentry: &Sentry, sums: &Sums) {
    let told = sentry.discarded();
    let told = |kind: &str| told.get(&format!("error/{kind}")).copied().unwrap_or_default();
    let lost = |reason: &str| sums.dropped.get(reason).copied().unwrap_or_default();
    for (kind, reason) in
        [("queue_overflow", "full"), ("send_error", "rejected"), ("ratelimit_backoff", "throttled")]
    {
        assert_eq!(told(kind), lost(reason), "{kind}: {sums:?}");
    }
    assert!(told("queue_overflow") > 0 && told("send_error") == 2 && told("ratelimit_backoff") > 0);
}

/// A server that knows no client reports gets them apart, and every other report all the same.
#[tokio::test]
async fn a_server_that_takes_no_client_reports_gets_the_reports() {
    let (telemetry, sentry) = stage(|_| ()).await;
    sentry.always(Answer::Without("client_report"));
    sentry.answer([Answer::status(400)]);
    failures(&telemetry, 4).await;
    assert!(telemetry.flush(PATIENCE));
    failures(&telemetry, 3).await;
    assert!(telemetry.flush(PATIENCE));
    let kinds: Vec<_> = sentry.envelopes().iter().map(|of| of.kinds().join("+")).collect();
    // The first is refused for itself, the second for what is told beside it.
    assert_eq!(
        kinds,
        [
            "event",
            "event+client_report",
            "event",
            "event",
            "client_report",
            "event",
            "event",
            "event",
            "client_report"
        ]
    );
    assert_eq!(Sums::of(&telemetry, "report"), Sums::new(7, 5, &[("rejected", 2)]));
}
