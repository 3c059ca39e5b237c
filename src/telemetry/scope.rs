//! Code outside of requests that belongs to one telemetry.

use crate::context::{self, InTelemetry};

use super::Telemetry;

impl Telemetry {
    /// Runs `future`, wherever it is polled, with this telemetry as the one that takes what
    /// instrumented functions record outside of requests. Within a request its own telemetry takes
    /// it, and outside of any scope that of [`init`](crate::init). A task that is spawned meanwhile
    /// is not in the scope.
    ///
    /// ```
    /// # use obskit::Telemetry;
    /// # use obskit::config::Config;
    /// # async fn backup() {}
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), obskit::Error> {
    /// let telemetry = Telemetry::build(Config::default())?;
    /// telemetry.scope(backup()).await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn scope<F: Future>(&self, future: F) -> InTelemetry<F> {
        self.export();
        InTelemetry::new(future, &self.parts.server.acceptor)
    }

    /// The same for `work` on the calling thread.
    pub fn sync_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        self.export();
        context::within(&self.parts.server.acceptor, work)
    }
}
