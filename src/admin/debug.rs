//! `/debug/…`: what an operator looks at when something is wrong.
//!
//! Each page is read off memory, is bounded, and names neither paths nor users.

mod cardinality;
mod config;
mod ledger;
mod recent;
mod requests;

use std::fmt;
use std::sync::Arc;

use http::{Response, StatusCode};
use serde_json::Value;

use crate::config::Clock;
use crate::context::Routes;
use crate::redaction::Redactor;

use super::content::Content;
use super::respond::{JSON, answer};

pub(crate) use config::settings;
pub(crate) use recent::Recent;

/// What the pages look at, beside what other pages do.
#[derive(Clone)]
pub(crate) struct Internals {
    /// As `/debug/config` shows them, without secrets.
    pub(crate) settings: Arc<str>,
    pub(crate) recent: Arc<Recent>,
    pub(crate) routes: Arc<Routes>,
    pub(crate) redactor: Arc<Redactor>,
    pub(crate) clock: Clock,
}

impl fmt::Debug for Internals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Internals").field("routes", &self.routes).finish_non_exhaustive()
    }
}

#[cfg(test)]
impl Internals {
    /// Those of a telemetry that nothing has happened to.
    pub(super) fn of(config: &crate::config::Config, ledger: &crate::ledger::Ledger) -> Self {
        let redactor = Redactor::new(&config.redaction).unwrap();
        Self {
            settings: settings(config, &redactor),
            recent: Arc::default(),
            routes: Arc::new(Routes::new(
                config.metrics.endpoint_limit,
                &[],
                ledger,
                &config.clock,
            )),
            redactor: Arc::new(redactor),
            clock: config.clock.clone(),
        }
    }
}

/// A page of JSON, laid out for eyes: an operator asks by `curl`.
fn page(value: &Value) -> Response<Content> {
    answer(StatusCode::OK, JSON, format!("{value:#}\n"))
}
