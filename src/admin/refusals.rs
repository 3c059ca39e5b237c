//! What becomes of those who may not do what they ask for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::header::WWW_AUTHENTICATE;
use http::{HeaderValue, Response, StatusCode};

use super::access::Refusal;
use super::content::Content;
use super::respond::text;

/// How many there were of each kind. Clones share the counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusals(Arc<[AtomicU64; Refusal::ALL.len()]>);

impl Refusals {
    /// By reason, the zeros included.
    pub(crate) fn counts(&self) -> [(&'static str, u64); Refusal::ALL.len()] {
        Refusal::ALL.map(|refusal| {
            let count = self.0.get(refusal as usize);
            (refusal.as_str(), count.map_or(0, |count| count.load(Ordering::Relaxed)))
        })
    }

    pub(super) fn count(&self, refusal: Refusal) {
        if let Some(count) = self.0.get(refusal as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Refusal {
    pub(super) fn answer(self) -> Response<Content> {
        match self {
            Self::NoToken => challenge("a token is needed\n", "Bearer"),
            Self::WrongToken => challenge("the token is wrong\n", "Bearer error=\"invalid_token\""),
            Self::Forbidden => text(StatusCode::FORBIDDEN, "forbidden\n"),
        }
    }
}

/// As RFC 6750 has it.
fn challenge(says: &'static str, scheme: &'static str) -> Response<Content> {
    let mut response = text(StatusCode::UNAUTHORIZED, says);
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
    response
}
