//! `/debug/ledger`: what became of each signal.

use http::{Response, StatusCode};

use crate::admin::Admin;
use crate::admin::content::Content;
use crate::admin::respond::{JSON, answer};

impl Admin {
    pub(in crate::admin) fn ledger_page(&self) -> Response<Content> {
        answer(StatusCode::OK, JSON, "{}")
    }
}
