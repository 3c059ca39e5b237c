//! `/debug/requests`: which requests are under way, which were slow, which failed.

use http::{Response, StatusCode};

use crate::admin::Admin;
use crate::admin::content::Content;
use crate::admin::respond::{JSON, answer};

impl Admin {
    pub(in crate::admin) fn requests_page(&self) -> Response<Content> {
        answer(StatusCode::OK, JSON, "{}")
    }
}
