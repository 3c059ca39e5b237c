//! Error reports before a server that others wrote, and before Sentry's own rules.

mod flawless;
mod judged;
mod kept;
mod lost;
mod throttled;

use obskit_tests::exporter::Exporter;
use obskit_tests::http as client;
use obskit_tests::wait::wait_until;
use std::time::Duration;

use super::traces::Account;

const DEADLINE: Duration = Duration::from_mins(1);
/// The ways in which the exporter fails when it is asked to. Each is one report.
const KINDS: [&str; 6] = ["error", "job", "panic", "sentry", "status", "task"];
const SECRETS: [&str; 2] = ["hunter2", "of-nobody"];

/// Has an exporter fail in each way, the `nth` time, and waits until each is reported.
async fn fail(exporter: &Exporter, nth: usize) {
    for kind in KINDS {
        let url = format!("{}/api/broken/{kind}?coupon={}", exporter.service, SECRETS[1]);
        let (id, token) = (format!("{kind}-{nth}"), format!("Bearer {}", SECRETS[0]));
        let headers = [("x-request-id", id.as_str()), ("authorization", token.as_str())];
        let answered = client::try_get(&url, &headers).await;
        // A panic is not answered.
        assert_eq!(answered.is_err(), kind == "panic", "{kind}: {answered:?}");
    }
    let expected = (nth * KINDS.len()) as u64;
    wait_until("the reports", DEADLINE, async || {
        let account = Account::of(exporter, "report").await;
        if account.accepted == expected { Ok(()) } else { Err(format!("{account:?}")) }
    })
    .await;
}
