//! `/debug/ledger`: what became of each signal.

use http::Response;
use serde_json::{Map, Value, json};

use crate::admin::Admin;
use crate::admin::content::Content;
use crate::ledger::Account;

use super::page;

impl Admin {
    /// Every signal: what it dropped and why, under the names of `obskit_dropped_total`; where it
    /// has a way out also what that took, handed on, lost and still holds.
    pub(in crate::admin) fn ledger_page(&self) -> Response<Content> {
        let accounts = self.ledger.accounts();
        let signals = accounts.map(|account| (account.signal.as_str().to_owned(), shown(&account)));
        page(&Value::Object(signals.collect()))
    }
}

fn shown(account: &Account) -> Value {
    let mut shown = Map::new();
    let dropped = account.dropped.iter();
    let dropped = dropped.map(|(reason, count)| (reason.as_str().to_owned(), json!(count)));
    shown.insert("dropped".to_owned(), Value::Object(dropped.collect()));
    if account.signal.has_way_out() {
        for (name, count) in [
            ("accepted", account.accepted),
            ("delivered", account.delivered),
            ("lost", account.lost()),
            ("waiting", account.waiting()),
        ] {
            shown.insert(name.to_owned(), json!(count));
        }
    }
    Value::Object(shown)
}
