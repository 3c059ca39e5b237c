//! `/debug/cardinality`: which metrics have most series, and what was refused one.

use http::{Response, StatusCode};

use crate::admin::Admin;
use crate::admin::content::Content;
use crate::admin::respond::{JSON, answer};

impl Admin {
    pub(in crate::admin) fn cardinality_page(&self) -> Response<Content> {
        answer(StatusCode::OK, JSON, "{}")
    }
}
