//! The tasks of the checks of one telemetry, on the service's runtime.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::error::Error;
use crate::health::check::Run;
use crate::health::entry::Entry;
use crate::health::run::{Schedule, run};
use crate::health::state::State;

#[derive(Debug, Default)]
pub(in crate::health) struct Runner(Mutex<Running>);

#[derive(Debug, Default)]
struct Running {
    /// The runtime that was met last.
    handle: Option<Handle>,
    checks: Vec<Active>,
    is_over: bool,
}

/// A check that runs by itself.
pub(in crate::health) struct Active {
    pub(in crate::health) entry: Arc<Entry>,
    pub(in crate::health) check: Arc<dyn Run>,
    pub(in crate::health) schedule: Schedule,
    /// Nothing until a runtime is met.
    pub(in crate::health) task: Option<JoinHandle<()>>,
}

impl Runner {
    /// Has a check run from now on: on the caller's runtime, or as soon as one is met.
    pub(in crate::health) fn add(
        &self,
        state: &Arc<State>,
        mut active: Active,
    ) -> Result<(), Error> {
        let mut running = self.running();
        if running.is_over {
            return Err(Error::runtime("the telemetry was shut down"));
        }
        let handle = Handle::try_current().ok().or_else(|| running.handle.clone());
        if let Some(handle) = handle {
            active.start(state, &handle);
            running.handle = Some(handle);
        }
        running.checks.push(active);
        Ok(())
    }

    /// Starts on a runtime what runs on none.
    pub(in crate::health) fn adopt(&self, state: &Arc<State>, handle: &Handle) {
        let mut running = self.running();
        running.checks.retain(|active| !active.entry.is_done());
        if running.is_over {
            return;
        }
        for active in running.checks.iter_mut().filter(|active| !active.is_running()) {
            active.start(state, handle);
        }
        running.handle = Some(handle.clone());
    }

    /// Ends every task, and those to come.
    pub(in crate::health) fn stop(&self) {
        let checks = {
            let mut running = self.running();
            running.is_over = true;
            std::mem::take(&mut running.checks)
        };
        checks.iter().filter_map(|active| active.task.as_ref()).for_each(JoinHandle::abort);
    }

    pub(in crate::health) fn is_over(&self) -> bool {
        self.running().is_over
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Active {
    fn is_running(&self) -> bool {
        self.task.as_ref().is_some_and(|task| !task.is_finished())
    }

    fn start(&mut self, state: &Arc<State>, handle: &Handle) {
        let (state, entry) = (Arc::clone(state), Arc::clone(&self.entry));
        entry.set_orphan(false);
        self.task = Some(handle.spawn(run(state, entry, Arc::clone(&self.check), self.schedule)));
    }
}

impl fmt::Debug for Active {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Active").field("entry", &self.entry).finish_non_exhaustive()
    }
}
