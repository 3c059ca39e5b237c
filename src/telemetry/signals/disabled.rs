//! Without the feature `tokio` no signal is listened to.

/// No way down but `shutdown`.
#[derive(Debug, Default)]
pub(super) struct Signals {}

impl Signals {
    pub(super) fn end(&self) {}
}
