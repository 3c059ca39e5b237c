//! What a service says of its dependencies, beside the calls that are recorded.

#[cfg(feature = "tokio")]
mod calls;

use std::fmt;

use crate::metrics::PoolStatus;

use super::Telemetry;

#[cfg(feature = "tokio")]
pub use calls::CallsCheckBuilder;

/// A database, a cache or another service that this one depends on.
///
/// [`Telemetry::dependency`] names it.
#[derive(Clone)]
pub struct Dependency {
    name: &'static str,
    telemetry: Telemetry,
}

impl Telemetry {
    /// A dependency by the name that its calls are recorded under.
    ///
    /// ```
    /// use obskit::Telemetry;
    /// use obskit::config::Config;
    /// use obskit::metrics::PoolStatus;
    ///
    /// # struct Pool;
    /// # impl Pool {
    /// #     fn size(&self) -> u32 { 8 }
    /// #     fn num_idle(&self) -> usize { 5 }
    /// # }
    /// # let pool = Pool;
    /// let telemetry = Telemetry::build(Config::default())?;
    /// telemetry.dependency("postgres").pool(move || {
    ///     PoolStatus::new(pool.size(), pool.num_idle()).max(20)
    /// });
    /// let used = "dependency_pool_connections{dependency=\"postgres\",state=\"used\"} 3";
    /// assert!(telemetry.metrics().text().contains(used));
    /// # Ok::<(), obskit::Error>(())
    /// ```
    pub fn dependency(&self, name: &'static str) -> Dependency {
        Dependency { name, telemetry: self.clone() }
    }
}

impl Dependency {
    /// Reports a pool of connections as `dependency_pool_connections{dependency, state}`.
    ///
    /// `status` is called at each scrape, as long as the telemetry lives, on the scraping thread;
    /// let it only read memory. Several pools of one dependency add up, so each is to be given
    /// once.
    pub fn pool(&self, status: impl Fn() -> PoolStatus + Send + Sync + 'static) -> &Self {
        self.telemetry.parts.dependencies.watch_pool(self.name, status);
        self
    }
}

impl fmt::Debug for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dependency").field("name", &self.name).finish_non_exhaustive()
    }
}
