//! From settings to the running whole, without touching anything global.

use std::iter;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::config::Config;
use crate::context::{Acceptor, Record, RecordCall, Routes, Settle};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::logging::{AccessLog, Logging, Records};
use crate::metrics::{
    ActiveUsers, Dependencies, Instruments, Metrics, Red, collect, events, losses,
};
use crate::middleware::{Declare, Declared, Server};
use crate::redaction::Redactor;

use super::background::Shared;
use super::doctor::Practice;
use super::flushed::Flushed;
use super::healthy::Healthy;
use super::reports::{self, Reports, Sent};
use super::serve::Serving;
use super::signals::Signals;
use super::spans::Spans;
use super::watching::Watching;
use super::{Parts, Telemetry};

impl Telemetry {
    /// Builds a telemetry with no global effect; any number may live side by side.
    ///
    /// # Errors
    ///
    /// When a setting is out of bounds, and when attributes in the program contradict each other or
    /// a metric of obskit's own; the error then names both places.
    pub fn build(config: Config) -> Result<Self, Error> {
        Self::assemble(config, Vec::new())
    }

    /// The same, with `records` told of every exchange after the signals.
    pub(super) fn assemble(
        mut config: Config,
        records: Vec<Arc<dyn Record>>,
    ) -> Result<Self, Error> {
        config.validate()?;
        config.warnings.extend(reports::ignored(&config));
        let metrics = Metrics::new(&config.metrics, &config.clock);
        let ledger = Ledger::default();
        losses::register(&metrics, &ledger)?;
        let redactor = Arc::new(Redactor::new(&config.redaction)?);
        let spans = Spans::new(&config, &ledger, &redactor)?;
        let reports = Reports::new(&config, &ledger, &redactor);
        let health = Healthy::new(&config, &metrics, Arc::clone(&redactor))?;
        let pushed = spans.records(&config, &ledger, &redactor);
        let logging = logging(&config, &metrics, &ledger, redactor, pushed)?;
        let access = Arc::new(AccessLog::new(logging.clone(), &config.logs.access));
        let routes = routes(&config, &ledger);
        let red = Arc::new(Red::register(&metrics, &routes)?);
        let dependencies = Arc::new(Dependencies::register(&metrics)?);
        let instruments = Arc::new(Instruments::register(&metrics, &dependencies, &ledger)?);
        let users = Arc::new(ActiveUsers::register(&metrics)?);
        let watching = Watching::new(collect::register(&metrics, &config)?);
        let (settled, counted) = (Arc::clone(&instruments), Arc::clone(&red));
        let signals: [Arc<dyn Record>; 4] = [settled, counted, users, access];
        let serving = Serving::new(&metrics)?;
        // First, so that the others know whether a failure is reported, and as what.
        let signals = reports.record().into_iter().chain(signals);
        let signals = signals.chain(spans.record()).chain(serving.record());
        let reports = reports.sent(&config)?;
        let mut acceptor = acceptor(&config, routes, ledger, &spans, &reports);
        if !config.disabled {
            acceptor.instruments = instruments;
        }
        acceptor.records = told(signals.chain(records), config.disabled);
        let server = Server { acceptor: Arc::new(acceptor), declare: declaring(&red) };
        let parts = Parts {
            practice: Practice::new(&config.clock),
            places: spans.places(&config),
            calls: calls(&dependencies, &spans, config.disabled),
            config,
            metrics,
            health,
            server: Arc::new(server),
            dependencies,
            red,
            watching,
            spans,
            reports,
            background: Shared::default(),
            signals: Signals::default(),
            serving,
            logging: Flushed(logging),
            is_over: AtomicBool::new(false),
        };
        Ok(Self { parts: Arc::new(parts) })
    }
}

/// What makes requests' contexts, as spans and reports want them.
fn acceptor(
    config: &Config,
    routes: Arc<Routes>,
    ledger: Ledger,
    spans: &Spans,
    reports: &Sent,
) -> Acceptor {
    let mut acceptor = Acceptor::new(config, routes, ledger);
    acceptor.held = spans.room(config);
    acceptor.exports_spans = spans.are_exported();
    acceptor.gathering = reports.gathering(config);
    acceptor.spans = spans.ends();
    acceptor.reporter = reports.number();
    acceptor.hubs = reports.hubs();
    acceptor
}

/// Who is told of calls.
fn calls(
    dependencies: &Arc<Dependencies>,
    spans: &Spans,
    disabled: bool,
) -> Arc<[Arc<dyn RecordCall>]> {
    let counted: Arc<dyn RecordCall> = Arc::<Dependencies>::clone(dependencies);
    iter::once(counted).chain(spans.record_calls()).filter(|_| !disabled).collect()
}

/// Who is told of exchanges. What settles comes first, so that nothing is left unsaid when the
/// others look.
fn told(signals: impl Iterator<Item = Arc<dyn Record>>, disabled: bool) -> Vec<Arc<dyn Record>> {
    iter::once::<Arc<dyn Record>>(Arc::new(Settle)).chain(signals.filter(|_| !disabled)).collect()
}

fn routes(config: &Config, ledger: &Ledger) -> Arc<Routes> {
    let limit = config.metrics.endpoint_limit;
    Arc::new(Routes::new(limit, &config.traces.routes, ledger, &config.clock))
}

fn logging(
    config: &Config,
    metrics: &Metrics,
    ledger: &Ledger,
    redactor: Arc<Redactor>,
    records: Option<Records>,
) -> Result<Logging, Error> {
    let logging = Logging::new(config, ledger.clone(), redactor, records)?;
    let counted = logging.clone();
    events::register(metrics, move || counted.counts())?;
    Ok(logging)
}

fn declaring(red: &Arc<Red>) -> Declare {
    let red = Arc::clone(red);
    Box::new(move |Declared { verb, template, is_grpc }| {
        if is_grpc {
            red.declare_grpc(verb.as_str(), template);
        } else {
            red.declare(verb.as_str(), template);
        }
    })
}
