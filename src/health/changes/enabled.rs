//! Wakes who waits for a change of health.

use tokio::sync::watch;

#[derive(Debug, Default)]
pub(in crate::health) struct Changes(watch::Sender<()>);

impl Changes {
    /// Something may have changed.
    pub(in crate::health) fn tell(&self) {
        self.0.send_replace(());
    }
}

/// Who watches does so over gRPC.
#[cfg(feature = "tonic")]
impl Changes {
    pub(in crate::health) fn subscribe(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}
