//! Bugsink says 429 when it has enough. Nothing is sent then until it takes more.

use obskit_tests::bugsink::Bugsink;
use obskit_tests::exporter::Exporter;
use obskit_tests::http as client;
use obskit_tests::wait::wait_until;

use super::DEADLINE;
use crate::traces::Account;

const MOST: usize = 2;
/// Each a failure of its own.
const FAILURES: [&str; 3] = ["status", "error", "sentry"];

#[tokio::test]
async fn a_server_that_has_enough_is_left_alone() {
    let bugsink = Bugsink::start_with_most(MOST).await;
    let dsn = bugsink.dsn();
    let variables = [("SENTRY_DSN", dsn.as_str()), ("SENTRY_TRACES_SAMPLE_RATE", "0")];
    let exporter = Exporter::start_with(0, &variables).await;
    let mut failed = 0;
    // The first that is one too many is answered 429.
    wait_until("429", DEADLINE, async || {
        let kind = FAILURES[failed % FAILURES.len()];
        client::get(&format!("{}/api/broken/{kind}", exporter.service)).await;
        failed += 1;
        let account = Account::of(&exporter, "report").await;
        if account.dropped["throttled"] > 1 { Ok(()) } else { Err(format!("{account:?}")) }
    })
    .await;
    let account = Account::settled(&exporter, "report").await;
    assert_eq!(account.delivered, bugsink.stored().await.unwrap() as u64, "{account:?}");
    assert_eq!(account.delivered, MOST as u64);
    // Of what has failed since, nothing was sent.
    let log = bugsink.daemon.log();
    let (_, since) = log.split_once(" 429 ").expect("a refusal");
    assert!(!since.contains("/envelope/"), "{log}");
}
