//! `/loglevel`: which levels are logged, and the change of it.

use http::{Response, StatusCode};

use super::Admin;
use super::content::Content;
use super::respond::{Asked, JSON, answer};

impl Admin {
    /// The levels; after a change if the method is PUT.
    pub(super) fn levels_page(&self, _asked: Asked<'_>, _body: &[u8]) -> Response<Content> {
        answer(StatusCode::OK, JSON, "{}")
    }
}
