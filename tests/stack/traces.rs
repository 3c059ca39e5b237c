//! Spans and log records before receivers that others wrote.

mod chosen;
mod examined;
mod lost;
mod ports;
mod quiet;
mod taken;
mod together;

use obskit_tests::exporter::Exporter;
use obskit_tests::http as client;
use obskit_tests::wait::wait_until;
use std::collections::BTreeMap;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_mins(1);
/// A receiver that did not answer is left alone for up to 40 s.
const PATIENCE: Duration = Duration::from_mins(3);

/// What became of a signal, as `/metrics` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) accepted: u64,
    pub(crate) delivered: u64,
    /// By reason.
    pub(crate) dropped: BTreeMap<String, u64>,
}

impl Account {
    pub(crate) async fn of(exporter: &Exporter, signal: &str) -> Self {
        let page = client::get(&exporter.metrics).await;
        let of_signal = format!("signal=\"{signal}\"");
        let mut account = Self::default();
        for line in page.text().lines().filter(|line| line.contains(&of_signal)) {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let value = value.parse().unwrap();
            match series.split('{').next().unwrap() {
                "obskit_accepted_total" => account.accepted = value,
                "obskit_delivered_total" => account.delivered = value,
                "obskit_dropped_total" => {
                    let reason = series.split("reason=\"").nth(1).unwrap();
                    account.dropped.insert(reason.trim_end_matches("\"}").to_owned(), value);
                }
                _ => {}
            }
        }
        account
    }

    /// The account once nothing waits any more.
    pub(crate) async fn settled(exporter: &Exporter, signal: &str) -> Self {
        wait_until("nothing to wait", PATIENCE, async || {
            let account = Self::of(exporter, signal).await;
            if account.waiting() == 0 { Ok(account) } else { Err(format!("{account:?}")) }
        })
        .await
    }

    pub(crate) fn lost(&self) -> u64 {
        let lost = self.dropped.iter().filter(|(reason, _)| *reason != "flood");
        lost.map(|(_, count)| count).sum()
    }

    /// What has been accepted, and neither delivered nor lost.
    pub(crate) fn waiting(&self) -> u64 {
        self.accepted - self.delivered - self.lost()
    }
}
