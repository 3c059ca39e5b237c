//! How reports get to Sentry, and what becomes of those that do not.

use std::time::{Duration, Instant};

use obskit::telemetry::Severity;
use obskit_tests::exported::{Sums, failures};
use obskit_tests::lab::{Lab, field};
use obskit_tests::sentry::{Answer, PROJECT, Sentry};
use obskit_tests::wait::wait_until;
use serde_json::Value;

use super::sending::{PATIENCE, stage};

#[tokio::test]
async fn each_report_is_an_envelope_of_its_own() {
    let (telemetry, sentry) = stage(|_| ()).await;
    failures(&telemetry, 3).await;
    assert!(telemetry.flush(PATIENCE));
    let envelopes = sentry.envelopes();
    assert_eq!(envelopes.len(), 3);
    for envelope in &envelopes {
        assert_eq!(envelope.kinds(), ["event"]);
        assert_eq!(envelope.path, format!("/api/{PROJECT}/envelope/"));
        assert_eq!(envelope.headers["content-encoding"], "gzip");
        assert!(envelope.headers["user-agent"].starts_with("obskit/"));
    }
    assert_eq!(Sums::of(&telemetry, "report"), Sums::new(3, 3, &[]));
    assert!(sentry.discarded().is_empty());
}

#[tokio::test]
async fn nothing_is_sent_where_nothing_fails() {
    let (telemetry, sentry) = stage(|_| ()).await;
    obskit_tests::exported::requests(&telemetry, 5).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(sentry.envelopes(), []);
    assert_eq!(Sums::of(&telemetry, "report"), Sums::default());
}

#[tokio::test]
async fn what_is_refused_is_lost_and_told_with_the_next() {
    for code in [301, 400, 401, 403, 404, 413, 500, 501] {
        let (telemetry, sentry) = stage(|_| ()).await;
        sentry.answer([Answer::status(code)]);
        failures(&telemetry, 2).await;
        assert!(telemetry.flush(PATIENCE));
        assert_eq!(sentry.events().len(), 1, "{code}");
        assert_eq!(Sums::of(&telemetry, "report"), Sums::new(2, 1, &[("rejected", 1)]), "{code}");
        let discarded = sentry.discarded();
        assert_eq!(discarded.len(), 1, "{code}: {discarded:?}");
        assert_eq!(discarded["error/send_error"], 1, "{code}");
        // It rides with the report.
        assert_eq!(sentry.envelopes()[1].kinds(), ["event", "client_report"], "{code}");
    }
}

#[tokio::test]
async fn what_may_be_taken_later_is_sent_again() {
    let answers = [Answer::status(502), Answer::status(503), Answer::status(504), Answer::Close];
    for answer in answers {
        let (telemetry, sentry) = stage(|_| ()).await;
        sentry.answer([answer.clone()]);
        failures(&telemetry, 1).await;
        assert!(telemetry.flush(PATIENCE));
        let envelopes = sentry.envelopes();
        assert_eq!(envelopes.len(), 2, "{answer:?}");
        assert_eq!(envelopes[0].header["event_id"], envelopes[1].header["event_id"]);
        assert!(envelopes[0].header["sent_at"] != envelopes[1].header["sent_at"], "{answer:?}");
        assert_eq!(Sums::of(&telemetry, "report"), Sums::new(1, 1, &[]), "{answer:?}");
        assert!(sentry.discarded().is_empty());
    }
}

#[tokio::test]
async fn a_server_that_asks_for_time_gets_it_whoever_waits() {
    let (telemetry, sentry) = stage(|_| ()).await;
    let headers = &[("retry-after", "2")];
    sentry.answer([Answer::Status { code: 503, headers, body: b"" }]);
    failures(&telemetry, 1).await;
    sentry.wait_for_envelopes(1).await;
    assert!(telemetry.flush(PATIENCE));
    let envelopes = sentry.envelopes();
    let paused = envelopes[1].at - envelopes[0].at;
    assert!(paused >= Duration::from_secs(2), "{paused:?}");
}

#[tokio::test]
async fn whatever_is_said_with_a_200_it_is_taken() {
    let answers = [
        Answer::Garbage(b"\xff\xfe{"),
        Answer::Garbage(b""),
        Answer::Flood(1 << 20),
        Answer::Slow(Duration::from_millis(300)),
        Answer::NoEnd,
        Answer::TakenWith(&[("x-sentry-rate-limits", "\x20,:::;;,-1:error")]),
    ];
    for answer in answers {
        let (telemetry, sentry) = stage(|_| ()).await;
        sentry.answer([answer.clone()]);
        failures(&telemetry, 2).await;
        assert!(telemetry.flush(PATIENCE));
        assert_eq!(Sums::of(&telemetry, "report"), Sums::new(2, 2, &[]), "{answer:?}");
        assert_eq!(sentry.envelopes().len(), 2, "{answer:?}");
    }
}

#[tokio::test]
async fn what_hangs_is_given_up_and_sent_again() {
    let (telemetry, sentry) = stage(|_| ()).await;
    sentry.answer([Answer::Hang]);
    failures(&telemetry, 1).await;
    sentry.wait_for(1).await;
    let envelopes = sentry.envelopes();
    let hung = envelopes[1].at - envelopes[0].at;
    assert!((Duration::from_secs(10)..Duration::from_secs(15)).contains(&hung), "{hung:?}");
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(Sums::of(&telemetry, "report"), Sums::new(1, 1, &[]));
}

#[tokio::test]
async fn one_that_the_server_fails_at_lets_the_others_go_first() {
    let (telemetry, sentry) = stage(|_| ()).await;
    sentry.answer(vec![Answer::status(503); 5]);
    failures(&telemetry, 3).await;
    // Each flush cuts the pause short.
    wait_until("all to arrive", PATIENCE, async || {
        telemetry.flush(Duration::from_millis(50));
        let sums = Sums::of(&telemetry, "report");
        if sums.delivered == 3 { Ok(()) } else { Err(format!("{sums:?}")) }
    })
    .await;
    let ids: Vec<_> = sentry.envelopes().iter().map(|of| of.header["event_id"].clone()).collect();
    assert_eq!(ids.len(), 8, "{ids:?}");
    assert!(ids[..5].iter().all(|id| *id == ids[0]) && ids[7] == ids[0], "{ids:?}");
    assert!(ids[5] != ids[0] && ids[6] != ids[0], "{ids:?}");
    assert_eq!(Sums::of(&telemetry, "report"), Sums::new(3, 3, &[]));
}

#[tokio::test]
async fn more_than_may_wait_is_dropped_and_counted() {
    let (telemetry, sentry) = stage(|config| config.reports.queue_size = 10).await;
    sentry.answer([Answer::Hang]);
    failures(&telemetry, 1).await;
    sentry.wait_for_envelopes(1).await;
    let start = Instant::now();
    failures(&telemetry, 1_000).await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    let sums = Sums::of(&telemetry, "report");
    assert_eq!(sums, Sums::new(1_001, 0, &[("full", 990)]));
    assert_eq!(sums.waiting(), 11);
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(Sums::of(&telemetry, "report"), Sums::new(1_001, 11, &[("full", 990)]));
    assert_eq!(sentry.discarded()["error/queue_overflow"], 990);
}

#[tokio::test]
async fn bytes_are_bounded_as_well() {
    let (telemetry, sentry) = stage(|config| {
        config.reports.queue_size = 10_000;
        config.reports.queue_bytes = 16 << 10;
    })
    .await;
    sentry.answer([Answer::Hang]);
    failures(&telemetry, 1).await;
    sentry.wait_for_envelopes(1).await;
    failures(&telemetry, 500).await;
    let sums = Sums::of(&telemetry, "report");
    assert!(sums.dropped["full"] > 400 && sums.waiting() > 1, "{sums:?}");
    let waiting = sums.waiting();
    assert!(telemetry.flush(PATIENCE));
    let sums = Sums::of(&telemetry, "report");
    assert_eq!((sums.delivered, sums.waiting()), (waiting, 0), "{sums:?}");
    assert_eq!(sentry.discarded()["error/queue_overflow"], sums.dropped["full"]);
}

fn said<'a>(lines: &'a [Value], message: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| field(line, "message") == message).collect()
}

const FAILING: &str = "error reports do not reach Sentry";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_told_once_and_counted_to_the_last_report() {
    let sentry = Sentry::start().await;
    let addr = sentry.addr();
    let lab = Lab::new(|config| {
        sentry.config(config);
        config.reports.limit = 0;
        config.reports.queue_size = 50;
        config.logs.access.enabled = false;
    });
    failures(&lab.telemetry, 20).await;
    assert!(lab.telemetry.flush(PATIENCE));
    drop(sentry);
    failures(&lab.telemetry, 100).await;
    let mut lines = Vec::new();
    wait_until("the failure to be told", PATIENCE, async || {
        lines.extend(lab.written());
        if said(&lines, FAILING).is_empty() { Err(lines.len()) } else { Ok(()) }
    })
    .await;
    let told = said(&lines, FAILING)[0].clone();
    assert_eq!((field(&told, "level"), field(&told, "target")), ("warn", "obskit::export"));
    let metadata = &told["metadata"];
    assert_eq!(field(metadata, "endpoint"), format!("http://{addr}/api/{PROJECT}/envelope/"));
    assert!(field(metadata, "hint").contains("SENTRY_DSN"), "{told}");
    let back = Sentry::start_at(addr).await;
    assert!(lab.telemetry.flush(PATIENCE));
    let sums = Sums::of(&lab.telemetry, "report");
    assert_eq!((sums.accepted, sums.waiting()), (120, 0), "{sums:?}");
    assert_eq!(sums.delivered, 20 + back.events().len() as u64, "{sums:?}");
    assert_eq!(sums.dropped.keys().collect::<Vec<_>>(), ["full"], "{sums:?}");
    assert!((49..=51).contains(&sums.dropped["full"]), "{sums:?}");
    assert_eq!(back.discarded()["error/queue_overflow"], sums.dropped["full"]);
    lines.extend(lab.written());
    assert_eq!(said(&lines, FAILING).len(), 1);
    assert_eq!(said(&lines, "error reports arrive again").len(), 1, "{lines:#?}");
}

/// What was not sent may be taken where reports are not.
#[tokio::test]
async fn a_server_that_takes_client_reports_alone_does_not_work() {
    let sentry = Sentry::start().await;
    let lab = Lab::new(|config| sentry.config(config));
    for _ in 0..3 {
        sentry.answer([Answer::status(403)]);
        failures(&lab.telemetry, 1).await;
        assert!(lab.telemetry.flush(PATIENCE));
    }
    assert_eq!(sentry.discarded()["error/send_error"], 3);
    let found = lab.telemetry.doctor().await;
    let found = found.finding("report_export").unwrap();
    assert_eq!(found.severity, Severity::Failure, "{found:?}");
    let lines = lab.lines();
    assert_eq!(said(&lines, FAILING).len(), 1, "{lines:#?}");
    assert!(said(&lines, "error reports arrive again").is_empty(), "{lines:#?}");
}

#[tokio::test]
async fn nothing_that_is_said_of_it_shows_the_key() {
    const QUOTES: &[u8] = b"{\"detail\":\"no such key 5e7f00d5e7f00d5e7f00d5e7f00d5e7f\"}";
    let sentry = Sentry::start().await;
    let lab = Lab::new(|config| sentry.config(config));
    sentry.always(Answer::Status { code: 403, headers: &[], body: QUOTES });
    failures(&lab.telemetry, 1).await;
    assert!(lab.telemetry.flush(PATIENCE));
    let lines = lab.lines();
    let told = said(&lines, FAILING);
    assert_eq!(told.len(), 1, "{lines:#?}");
    let error = field(&told[0]["error"], "message");
    assert_eq!(error, "it answers 403 Forbidden: no such key [hidden]");
    assert!(field(&told[0]["metadata"], "hint").contains("SENTRY_DSN"));
    let diagnosis = lab.telemetry.doctor().await;
    assert!(!format!("{lines:?} {diagnosis}").contains(obskit_tests::sentry::KEY));
}
