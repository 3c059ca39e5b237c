//! What sends the reports of one telemetry, on its `obskit` thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError::Disconnected;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::concurrent::is_own_thread;
use crate::config::Config;
use crate::error::Error;
use crate::export::Tell;
use crate::export::sentry::{Sentry, Way, export};
use crate::logging::Levels;
use crate::reporting::Reports;
use crate::telemetry::background::Shared;

/// The way out of reports. Dropped with the last handle of its telemetry, it waits until what is
/// on its way has arrived.
pub(super) struct Sending {
    reports: Reports,
    /// Until it is started.
    planned: Mutex<Option<Sentry>>,
    endpoint: http::Uri,
    key: String,
    is_started: AtomicBool,
}

/// A drop waits no longer for the server.
const AT_MOST: Duration = Duration::from_secs(1);

impl Sending {
    /// None where nothing is reported.
    ///
    /// # Errors
    ///
    /// When what is spoken to the server cannot be.
    pub(super) fn new(config: &Config, reports: Reports) -> Result<Option<Self>, Error> {
        let Some(dsn) = &config.reports.dsn else { return Ok(None) };
        let certificate = config.reports.certificate.as_deref();
        let sentry = Sentry::new(dsn, certificate, &config.proxy, config.clock.clone())?;
        Ok(Some(Self {
            reports,
            planned: Mutex::new(Some(sentry)),
            endpoint: dsn.envelope_url(),
            key: dsn.public_key().expose().clone(),
            is_started: AtomicBool::new(false),
        }))
    }

    /// Has what is posted sent from now on. A second call does nothing.
    pub(super) fn start(&self, background: &Shared, levels: &Levels) -> Result<(), Error> {
        // Loaded first, for this is asked often.
        if self.is_started.load(Ordering::Acquire) || self.is_started.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let background = background.get_or_start().inspect_err(|_| {
            self.is_started.store(false, Ordering::Release);
        })?;
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(sentry) = planned {
            let levels = levels.clone();
            let tell: Tell = Arc::new(move |say| levels.run(say));
            let outbox = self.reports.outbox().clone();
            let notices = outbox.notices(tell, &self.endpoint, &self.key);
            export(&background, Way { outbox, sentry, notices });
            let reports = self.reports.clone();
            background.spawn(|lifeline| reports.go_by_the_minute(lifeline));
        }
        Ok(())
    }

    /// Has everything sent that waits now, and waits for it, for a time.
    pub(super) fn flush(&self, within: Duration) -> bool {
        self.reports.tell_sessions();
        let outbox = self.reports.outbox();
        // On its own thread it would be waited for in vain.
        if !self.is_started.load(Ordering::Acquire) || is_own_thread() {
            return outbox.waiting() == 0;
        }
        outbox.flush().recv_timeout(within) == Err(Disconnected)
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.flush(AT_MOST);
        self.reports.outbox().close();
    }
}
