//! `/debug/doctor`: what the telemetry finds wrong with itself.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

/// Examines the telemetry when it is asked to, and says what it found as JSON.
#[derive(Clone)]
pub(crate) struct Doctor(Arc<dyn Fn() -> Examination + Send + Sync>);

type Examination = Pin<Box<dyn Future<Output = String> + Send>>;

impl Doctor {
    pub(crate) fn new<F>(examine: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = String> + Send + 'static,
    {
        Self(Arc::new(move || Box::pin(examine())))
    }

    pub(super) fn examine(&self) -> Examination {
        (self.0)()
    }
}

impl fmt::Debug for Doctor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doctor").finish_non_exhaustive()
    }
}
