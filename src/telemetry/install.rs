//! Process globals, all written here and once.

#[cfg(not(feature = "sentry"))]
#[path = "install/hub/disabled.rs"]
mod hub;
#[cfg(feature = "sentry")]
#[path = "install/hub/enabled.rs"]
mod hub;

use std::panic::{self, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use tracing::subscriber::NoSubscriber;
use tracing::{Dispatch, Subscriber, callsite, dispatcher};
use tracing_log::{AsLog, LogTracer, log};
use tracing_subscriber::layer::SubscriberExt;

use super::tracing_layer::request_around;
use super::{Levels, Telemetry, TracingLayer};
use crate::config::Config;
use crate::context::{self, RequestContext};
use crate::error::Error;
use crate::logging::Logging;

/// Builds the telemetry of this process and installs it.
///
/// - Events of `tracing` and records of the `log` crate become log lines, at the levels of
///   [`Logs`](crate::config::Logs), which [`Telemetry::levels`] changes. What of the settings was
///   ignored ([`Config::warnings`]) is logged, a warning each.
/// - A panic is logged as an error, with target `panic`, its message, its location and its thread,
///   and is booked to the request it happened in, also when a layer within
///   [`ServerLayer`](crate::middleware::ServerLayer) catches it. The panic hook that was set before
///   still runs.
/// - What instrumented functions record outside of requests and of any [`Telemetry::scope`] goes to
///   this telemetry.
///
/// For layers of one's own beside it, there is [`init_with`].
///
/// # Errors
///
/// As [`Telemetry::build`]; and when called a second time in one process, and when the process has
/// a `tracing` subscriber or a `log` logger already. Nothing is installed then.
pub fn init(config: Config) -> Result<Telemetry, Error> {
    install(config, |telemetry, layer| {
        let levels = telemetry.levels();
        tracing_subscriber::registry().with(layer).with(levels.clone())
    })
}

/// As [`init`], with a subscriber of one's own around the layer: `compose` gets it and gives the
/// subscriber.
///
/// Here no filter stands before the layers, since others may want what logs do not: put
/// [`Telemetry::levels`] or a filter of your own outermost for that.
///
/// ```no_run
/// use obskit::config::Config;
/// use tracing_subscriber::layer::SubscriberExt;
///
/// # fn mine<S: tracing::Subscriber>() -> impl tracing_subscriber::Layer<S> {
/// #     tracing_subscriber::layer::Identity::new()
/// # }
/// let telemetry = obskit::init_with(Config::from_env()?, |layer| {
///     tracing_subscriber::registry().with(layer).with(mine())
/// })?;
/// # drop(telemetry);
/// # Ok::<(), obskit::Error>(())
/// ```
///
/// # Errors
///
/// As `init`.
pub fn init_with<S>(
    config: Config,
    compose: impl FnOnce(TracingLayer) -> S,
) -> Result<Telemetry, Error>
where
    S: Subscriber + Send + Sync + 'static,
{
    install(config, |_, layer| compose(layer))
}

fn install<S>(
    config: Config,
    compose: impl FnOnce(&Telemetry, TracingLayer) -> S,
) -> Result<Telemetry, Error>
where
    S: Subscriber + Send + Sync + 'static,
{
    static INSTALLED: AtomicBool = AtomicBool::new(false);
    let telemetry = Telemetry::build(config)?;
    if INSTALLED.swap(true, Ordering::AcqRel) {
        return Err(Error::installed(
            "obskit::init was called before; it is accepted once in a process, \
             and Telemetry::build any number of times",
        ));
    }
    let installed = subscribe(&telemetry, compose);
    if let Err(error) = installed {
        INSTALLED.store(false, Ordering::Release);
        return Err(error);
    }
    let acceptor = &telemetry.parts.server.acceptor;
    context::install(acceptor);
    hub::bind(&acceptor.hubs);
    tell_panics(&telemetry);
    telemetry.config().warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    Ok(telemetry)
}

/// Sets the subscriber and the logger, or neither.
fn subscribe<S>(
    telemetry: &Telemetry,
    compose: impl FnOnce(&Telemetry, TracingLayer) -> S,
) -> Result<(), Error>
where
    S: Subscriber + Send + Sync + 'static,
{
    let taken = || {
        Error::installed(
            "the process has a tracing subscriber already; leave it to obskit::init, or give its \
             layers to obskit::init_with",
        )
    };
    if has_subscriber() {
        return Err(taken());
    }
    let dispatch = Dispatch::new(compose(telemetry, telemetry.tracing_layer()?));
    LogTracer::builder().with_max_level(log::LevelFilter::Off).init().map_err(|error| {
        let message = "the process has a logger of the log crate already; leave it to obskit::init";
        Error::installed(message).because(error)
    })?;
    let ours = dispatch.clone();
    dispatcher::set_global_default(dispatch).map_err(|error| taken().because(error))?;
    // A call site that another thread has met meanwhile has asked nobody.
    dispatcher::with_default(&ours, callsite::rebuild_interest_cache);
    follow(telemetry.levels());
    Ok(())
}

/// Whether there is a subscriber for the whole process. A thread of its own sees no other.
fn has_subscriber() -> bool {
    let look = || dispatcher::get_default(|dispatch| !dispatch.is::<NoSubscriber>());
    thread::Builder::new().spawn(look).is_ok_and(|thread| thread.join().unwrap_or(false))
}

/// Keeps the `log` crate's own level at what the subscriber wants.
fn follow(levels: &Levels) {
    levels.on_change(|_| {
        let level = LevelFilter::current().into_level();
        log::set_max_level(
            level.map_or(log::LevelFilter::Off, |level| level.as_log().to_level_filter()),
        );
    });
}

/// A panic hook waits no longer for its line to be written.
const PANIC_FLUSH: Duration = Duration::from_millis(100);
/// Nor for its report to be sent, where the process ends behind it.
const LAST_REPORT: Duration = Duration::from_secs(2);
const ABORTS: bool = cfg!(panic = "abort");

#[expect(clippy::disallowed_methods, reason = "the one place that sets the hook")]
fn tell_panics(telemetry: &Telemetry) {
    let (logging, reports) = (telemetry.parts.logging.clone(), telemetry.parts.reports.clone());
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // A panic within a log line's value goes no further: neither has the request failed, nor
        // is there a process's end to be written before.
        if Logging::is_rendering() && !ABORTS {
            log_panic(info);
            return before(info);
        }
        let request = RequestContext::current();
        if let Some(context) = &request {
            context.mark_panicked();
        }
        let request = request.or_else(request_around);
        reports.panic(info, request.as_ref(), ABORTS, || log_panic(info));
        logging.flush_in_passing(PANIC_FLUSH);
        if ABORTS {
            reports.deliver(LAST_REPORT);
        }
        before(info);
    }));
}

fn log_panic(info: &PanicHookInfo<'_>) {
    let message = info.payload_as_str().unwrap_or("a panic without a message");
    let location = info.location().map(tracing::field::display);
    let thread = thread::current();
    tracing::error!(target: "panic", location, thread = thread.name(), "{message}");
}
