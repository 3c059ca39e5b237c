//! An exporter's keeper: it is started again should it panic, and its outlet is closed when it ends.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::export::{Background, Lifeline, unless};

use super::exporter::Exporter;
use super::outlet::Outlet;
use super::transport::Transport;

/// Before an exporter that panicked is started again.
const PAUSE: Duration = Duration::from_secs(1);

/// Sends what the outlet takes, on the thread and until its end.
pub(crate) fn export<T: Transport>(
    background: &Background,
    outlet: &Outlet,
    transport: &Arc<T>,
    timeout: Duration,
) {
    let (closing, transport) = (Closing(outlet.clone()), Arc::clone(transport));
    background.spawn(|lifeline| watch(closing, transport, timeout, lifeline));
}

/// However it ends.
struct Closing(Outlet);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn watch<T: Transport>(
    outlet: Closing,
    transport: Arc<T>,
    timeout: Duration,
    mut lifeline: Lifeline,
) {
    loop {
        let (outlet, transport) = (outlet.0.clone(), Arc::clone(&transport));
        let mut exporter = Exporter::new(outlet, transport, timeout, lifeline.clone());
        let run = tokio::spawn(async move { exporter.run().await });
        if run.await.is_ok() {
            return;
        }
        unless(lifeline.cut(), sleep(PAUSE)).await;
    }
}
