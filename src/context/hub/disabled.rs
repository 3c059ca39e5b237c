//! Nothing is reported in this build.

use std::sync::Arc;

use super::request::Inner;

/// Of one telemetry.
#[derive(Debug, Default)]
pub(crate) struct Hubs(());

/// Of one request.
#[derive(Debug)]
pub(super) struct RequestHub;

/// While it lives, the request's hub is the current one.
pub(super) struct EnteredHub;

#[expect(clippy::unused_self, reason = "as where something is reported")]
impl Hubs {
    #[inline]
    pub(super) fn begin(&self) -> RequestHub {
        RequestHub
    }

    #[inline]
    pub(super) fn end(&self, _: &mut RequestHub) {}
}

#[expect(clippy::unused_self, reason = "as where something is reported")]
impl RequestHub {
    #[inline]
    pub(super) fn attach(&self, _: &Arc<Inner>) {}

    #[inline]
    pub(super) fn enter(&self) -> EnteredHub {
        EnteredHub
    }
}
