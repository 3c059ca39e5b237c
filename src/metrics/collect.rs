//! Metrics that mirror what others count: read anew before each scrape.

mod build;
mod process;
#[cfg(not(feature = "tokio"))]
#[path = "collect/runtime/disabled.rs"]
mod runtime;
#[cfg(feature = "tokio")]
#[path = "collect/runtime/enabled.rs"]
mod runtime;

use crate::config::Config;
use crate::error::Error;

use super::registry::Metrics;

pub(crate) use process::{Descriptors, descriptors};
pub(crate) use runtime::Runtimes;

/// Registers `build_info` and, unless switched off, the metrics of the process and of the runtime
/// that the caller is in, if it is in one. Others are watched by what is returned.
///
/// # Errors
///
/// When one of the names is taken.
pub(crate) fn register(metrics: &Metrics, config: &Config) -> Result<Option<Runtimes>, Error> {
    build::register(metrics, &config.service)?;
    if config.metrics.collect_process {
        process::register(metrics)?;
    }
    if !config.metrics.collect_runtime {
        return Ok(None);
    }
    let runtimes = Runtimes::register(metrics)?;
    runtimes.watch_first()?;
    Ok(Some(runtimes))
}
