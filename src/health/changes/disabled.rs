//! Without the feature `tokio` nobody waits for changes.

#[derive(Debug, Default)]
pub(in crate::health) struct Changes {}

impl Changes {
    #[expect(clippy::unused_self, reason = "the twin wakes who waits")]
    pub(in crate::health) fn tell(&self) {}
}
