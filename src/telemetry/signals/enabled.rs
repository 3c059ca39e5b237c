//! The way down, as a process is asked for it.

#[cfg_attr(not(unix), path = "other.rs")]
#[cfg_attr(unix, path = "unix.rs")]
mod asked;
mod conduct;
mod way;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use once_cell::sync::OnceCell;

use super::Telemetry;
use crate::error::Error;
use crate::export::{Background, unless};

use asked::Asked;
use conduct::conduct;
use way::{Phase, Way};

/// Ready when the service is to take no further requests; made by
/// [`Telemetry::shutdown_signal`]. Clones are the same signal.
///
/// 1. At the first SIGTERM or SIGINT, elsewhere Ctrl-C, or by [`trigger`](Self::trigger), `/readyz`
///    turns to 503 and [`requested`](Self::requested) is ready. Requests are still taken; responses
///    of HTTP/1 carry `connection: close`, so that clients go elsewhere for their next one.
/// 2. After [`drain_delay`](crate::config::Shutdown::drain_delay) the signal itself is ready, so a
///    graceful server takes no further requests and ends those under way. A service that has not
///    started yet is sent none, so its signal is ready at once.
/// 3. [`run_until_deadline`](Self::run_until_deadline) gives the server up, if it has not ended, a
///    fifth of [`deadline`](crate::config::Shutdown::deadline) before its end. That fifth is for
///    [`Telemetry::shutdown`].
///
/// A further signal cuts short whatever is waited for: the second the drain delay, the next one the
/// requests under way. Each step is a log line with target `obskit::shutdown`.
///
/// The steps are taken on the `obskit` thread, whatever the service's own runtime does. It runs as
/// long as anybody holds the signal, or until `Telemetry::shutdown`.
pub struct ShutdownSignal {
    way: Arc<Way>,
    /// Where signals are heard, which goes on while anybody waits for one.
    background: Arc<Background>,
    waiting: Option<Pin<Box<dyn Future<Output = ()> + Send + Sync>>>,
}

/// The signal of one telemetry, once somebody has asked for it.
#[derive(Debug, Default)]
pub(super) struct Signals {
    signal: OnceCell<ShutdownSignal>,
}

impl Telemetry {
    /// The signal by which the service learns that it is to leave. SIGTERM and SIGINT, elsewhere
    /// Ctrl-C, are handled from this call on, so make it right after [`init`](crate::init): a
    /// signal during a slow start is then not missed, and does not kill the process. Wait for it
    /// somewhere, since nothing but that makes the service leave.
    ///
    /// See [`ShutdownSignal`] for what a signal brings about. Further calls give the same signal.
    ///
    /// ```no_run
    /// use axum::Router;
    /// use obskit::config::Config;
    ///
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = obskit::init(Config::from_env()?)?;
    /// let leave = telemetry.shutdown_signal()?;
    /// // … slow start-up …
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    /// let app: Router = Router::new().layer(telemetry.layer());
    /// let server = axum::serve(listener, app).with_graceful_shutdown(leave.clone());
    /// if let Some(served) = leave.run_until_deadline(server).await {
    ///     served?;
    /// }
    /// telemetry.shutdown(leave.remaining()).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// When the system gives no handler, the `obskit` thread cannot be started, or the telemetry
    /// was shut down before.
    pub fn shutdown_signal(&self) -> Result<ShutdownSignal, Error> {
        let background = self.parts.background.get_or_start()?;
        self.meet_runtime()?;
        self.parts.signals.signal.get_or_try_init(|| self.listen(background)).cloned()
    }

    fn listen(&self, background: Arc<Background>) -> Result<ShutdownSignal, Error> {
        let refused = |error| Error::runtime("signals cannot be listened to").because(error);
        let asked = {
            let _on_the_thread = background.handle().enter();
            Asked::listen().map_err(refused)?
        };
        let settings = self.config().shutdown.clone();
        let way = Arc::new(Way::new(settings, self.drain()));
        let conducted = Arc::clone(&way);
        background.spawn(|lifeline| conduct(conducted, asked, lifeline));
        Ok(ShutdownSignal { way, background, waiting: None })
    }
}

impl ShutdownSignal {
    /// What `server` comes to; `None` once it is given up, a fifth of
    /// [`deadline`](crate::config::Shutdown::deadline) before its end or by a further signal. The
    /// server is dropped then.
    ///
    /// Until requests are no longer taken, it waits as long as the server runs.
    pub async fn run_until_deadline<F: IntoFuture>(&self, server: F) -> Option<F::Output> {
        unless(self.way.reached(Phase::Over), server.into_future()).await
    }

    /// What is left of [`deadline`](crate::config::Shutdown::deadline), for
    /// [`Telemetry::shutdown`]: all of it as long as requests are taken, a fifth at most once those
    /// under way are given up. It is never less than 250 ms, unless the deadline is: enough for an
    /// output that takes lines at all.
    pub fn remaining(&self) -> Duration {
        self.way.remaining()
    }

    /// Ready when the service is asked to leave, without the drain delay. It is for who takes work
    /// of his own accord, as from a queue, and for a start that is of no use any more.
    pub async fn requested(&self) {
        self.way.reached(Phase::Draining).await;
    }

    /// Whether the service was asked to leave.
    pub fn is_requested(&self) -> bool {
        Phase::Draining <= self.way.at().phase
    }

    /// Asks the service to leave, as the first signal does: for programs that end by themselves,
    /// and for tests. Later calls do nothing.
    pub fn trigger(&self) {
        self.way.begin("the program");
    }
}

impl Future for ShutdownSignal {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { way, waiting, .. } = &mut *self;
        if Phase::Stopping <= way.at().phase {
            *waiting = None;
            return Poll::Ready(());
        }
        waiting.get_or_insert_with(|| Box::pin(way.reached(Phase::Stopping))).as_mut().poll(cx)
    }
}

impl Clone for ShutdownSignal {
    fn clone(&self) -> Self {
        let (way, background) = (Arc::clone(&self.way), Arc::clone(&self.background));
        Self { way, background, waiting: None }
    }
}

impl fmt::Debug for ShutdownSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ShutdownSignal").field("at", &self.way.at()).finish_non_exhaustive()
    }
}

impl Signals {
    /// Nobody waits any longer, whoever has ended the telemetry.
    pub(super) fn end(&self) {
        if let Some(signal) = self.signal.get() {
            signal.way.give_up();
        }
    }
}
