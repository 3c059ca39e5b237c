//! Process globals, all written here and once.

use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Telemetry;
use crate::config::Config;
use crate::context::RequestContext;
use crate::error::Error;

/// Builds the telemetry of this process and installs it.
///
/// What of the settings was ignored ([`Config::warnings`]) is logged, a warning each, so install a
/// `tracing` subscriber before.
///
/// A panic is then booked to the request it happened in, also when a layer within
/// [`ServerLayer`](crate::middleware::ServerLayer) catches it; the panic hook that was set before
/// still runs.
///
/// # Errors
///
/// When a setting is out of bounds, and when called a second time in one process.
pub fn init(config: Config) -> Result<Telemetry, Error> {
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    let telemetry = Telemetry::build(config)?;
    if INSTALLED.swap(true, Ordering::AcqRel) {
        return Err(Error::installed(
            "obskit::init was called before; it is accepted once in a process, \
             and Telemetry::build any number of times",
        ));
    }
    telemetry.config().warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    mark_panics();
    Ok(telemetry)
}

#[expect(clippy::disallowed_methods, reason = "the one place that sets the hook")]
fn mark_panics() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if let Some(context) = RequestContext::current() {
            context.mark_panicked();
        }
        before(info);
    }));
}
