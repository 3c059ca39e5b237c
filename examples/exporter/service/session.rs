//! Who makes a request.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

/// What a handler knows of its caller.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) user: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = Infallible;

    /// A real service would look the token up.
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let token = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let user = token.and_then(|token| token.strip_prefix("Bearer "));
        Ok(Self { user: user.map(str::to_owned) })
    }
}
