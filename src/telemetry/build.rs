//! From settings to the running whole, without touching anything global.

use std::sync::Arc;

use crate::config::Config;
use crate::context::{Acceptor, Call, Record, RecordCall, Routes, Sampler};
use crate::error::Error;
use crate::health::Health;
use crate::ledger::Ledger;
use crate::metrics::{ActiveUsers, Dependencies, Metrics, Red, collect, losses};
use crate::middleware::{Declared, Server};

use super::serve::Serving;
use super::watching::Watching;
use super::{Parts, Telemetry};

impl Telemetry {
    /// Builds a telemetry with no global effect; any number may live side by side.
    ///
    /// # Errors
    ///
    /// When a setting is out of bounds.
    pub fn build(config: Config) -> Result<Self, Error> {
        Self::assemble(config, Vec::new())
    }

    /// The same, with `records` told of every exchange after the signals.
    pub(super) fn assemble(config: Config, records: Vec<Arc<dyn Record>>) -> Result<Self, Error> {
        config.validate()?;
        let metrics = Metrics::new(&config.metrics, &config.clock);
        let ledger = Ledger::default();
        losses::register(&metrics, &ledger)?;
        let routes = Arc::new(Routes::new(config.metrics.endpoint_limit, &ledger, &config.clock));
        let red = Arc::new(Red::register(&metrics, &routes)?);
        let calls = calls(&metrics, config.disabled)?;
        let users = Arc::new(ActiveUsers::register(&metrics)?);
        let watching = Watching::new(collect::register(&metrics, &config)?);
        let declare = Arc::clone(&red);
        let signals: [Arc<dyn Record>; 2] = [red, users];
        let records = signals.into_iter().chain(records).filter(|_| !config.disabled).collect();
        let acceptor = Arc::new(Acceptor {
            clock: config.clock.clone(),
            policy: config.context.clone(),
            sampler: Sampler::new(config.traces.sampler),
            routes,
            ledger,
            records,
        });
        let declare = Box::new(move |declared: Declared<'_>| declare_in(&declare, declared));
        let server = Arc::new(Server { acceptor, declare });
        let (health, serving) = (Health::default(), Serving::default());
        let parts = Parts { config, metrics, health, server, calls, watching, serving };
        Ok(Self { parts: Arc::new(parts) })
    }
}

/// Takes calls while everything is switched off.
struct Unrecorded;

impl RecordCall for Unrecorded {
    fn record(&self, _call: &Call) {}
}

fn calls(metrics: &Metrics, disabled: bool) -> Result<Arc<dyn RecordCall>, Error> {
    let calls = Dependencies::register(metrics)?;
    Ok(if disabled { Arc::new(Unrecorded) } else { Arc::new(calls) })
}

fn declare_in(red: &Red, declared: Declared<'_>) {
    let Declared { verb, template, is_grpc } = declared;
    if is_grpc {
        red.declare_grpc(verb.as_str(), template);
    } else {
        red.declare(verb.as_str(), template);
    }
}
