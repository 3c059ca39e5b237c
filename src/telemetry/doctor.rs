//! Whether every signal of a telemetry works, asked of the telemetry itself.

mod clock;
mod descriptors;
mod diagnosis;
mod examination;
mod exporters;
#[cfg(not(feature = "otlp"))]
#[path = "doctor/exports/disabled.rs"]
mod exports;
#[cfg(feature = "otlp")]
#[path = "doctor/exports/enabled.rs"]
mod exports;
mod handshake;
mod health;
mod lockfile;
mod logs;
mod losses;
mod metrics;
mod propagation;
#[cfg(not(feature = "sentry"))]
#[path = "doctor/reports/disabled.rs"]
mod reports;
#[cfg(feature = "sentry")]
#[path = "doctor/reports/enabled.rs"]
mod reports;
#[cfg(feature = "admin")]
mod route;
mod settings;
#[cfg(feature = "admin")]
mod start;
mod ward;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::Telemetry;
use crate::concurrent::aside;
use crate::config::Clock;

use clock::Birth;
use examination::Examination;
use ward::Ward;

pub use diagnosis::{Diagnosis, Finding, Severity};

#[cfg(feature = "admin")]
pub(super) use route::route;
#[cfg(feature = "admin")]
pub(super) use start::examine_once;

/// Examines a telemetry and its surroundings when it is awaited; made by [`Telemetry::doctor`].
///
/// It holds no handle of the telemetry.
#[must_use = "nothing is examined until it is awaited"]
pub struct Doctor {
    /// What was to be read from memory.
    findings: Vec<Finding>,
    /// What may have to be waited for.
    examinations: Vec<Examination>,
    ward: Arc<Ward>,
}

/// What awaits a [`Doctor`].
pub type Examining = Pin<Box<dyn Future<Output = Diagnosis> + Send>>;

/// What the doctor remembers between examinations.
#[derive(Debug)]
pub(super) struct Practice {
    born: Birth,
    ward: Arc<Ward>,
}

/// How long one examination may take.
const PATIENCE: Duration = Duration::from_secs(2);

impl Telemetry {
    /// Examines whether every signal works.
    ///
    #[doc = include_str!("../../docs/doctor.md")]
    pub fn doctor(&self) -> Doctor {
        let parts = &self.parts;
        let config = &parts.config;
        let mut findings = vec![
            settings::service_name(config),
            settings::ignored(config, parts.logging.redactor()),
            settings::admin_access(&config.admin),
            propagation::propagation(&config.context.propagators),
            logs::subscriber(&parts.logging),
            metrics::routes(&parts.red),
            metrics::cardinality(&parts.metrics),
            losses::losses(&parts.server.acceptor.ledger),
            clock::clock(&parts.practice.born, &config.clock),
        ];
        findings.extend(descriptors::examine());
        findings.extend(health::checks(&parts.health));
        findings.extend(exports::standings(&parts.spans));
        findings.extend(reports::standing(&parts.reports));
        let mut examinations = vec![metrics::exposition(&parts.metrics)];
        examinations.extend(logs::output(&parts.logging, &config.logs.output));
        examinations.extend(exporters::examinations(config));
        Doctor { findings, examinations, ward: Arc::clone(&parts.practice.ward) }
    }
}

impl Doctor {
    /// Examines the program's `Cargo.lock`, too, for crates that are in it in several versions
    /// though obskit and the program must share one.
    pub fn lockfile(mut self, text: &str) -> Self {
        self.findings.push(lockfile::versions(text));
        self
    }
}

impl IntoFuture for Doctor {
    type Output = Diagnosis;
    type IntoFuture = Examining;

    fn into_future(self) -> Examining {
        let Self { mut findings, examinations, ward } = self;
        Box::pin(async move {
            let found = aside("obskit-doctor", move || examination::run(&ward, examinations)).await;
            let no_thread = || vec![examination::not_started("examinations")];
            findings.extend(found.unwrap_or_else(no_thread));
            Diagnosis { findings }
        })
    }
}

impl fmt::Debug for Doctor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doctor").field("findings", &self.findings).finish_non_exhaustive()
    }
}

impl Practice {
    pub(super) fn new(clock: &Clock) -> Self {
        Self { born: Birth::new(clock), ward: Arc::default() }
    }
}
