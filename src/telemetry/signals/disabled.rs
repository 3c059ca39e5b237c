//! Without the feature `tokio` no signal is listened to.

/// No way down but `shutdown`.
#[derive(Debug, Default)]
pub(super) struct Signals {}

impl Signals {
    #[expect(clippy::unused_self, reason = "its twin has something to end")]
    pub(super) fn end(&self) {}
}
