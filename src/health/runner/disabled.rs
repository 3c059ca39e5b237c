//! Without the feature `tokio` no check runs by itself.

#[derive(Debug, Default)]
pub(in crate::health) struct Runner {}

impl Runner {
    #[expect(clippy::unused_self, reason = "the twin has something to stop")]
    pub(in crate::health) fn stop(&self) {}
}
