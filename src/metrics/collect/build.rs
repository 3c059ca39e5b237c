//! What is running: `build_info`.

use crate::config::Service;
use crate::error::Error;
use crate::metrics::catalog::BUILD_INFO;
use crate::metrics::{Family, Gauge, Metrics, Text};

/// Registers `build_info`, which is always 1 and says the rest in its labels, without those
/// that are not known.
///
/// # Errors
///
/// When the name is taken.
pub(super) fn register(metrics: &Metrics, service: &Service) -> Result<(), Error> {
    let info = metrics.gauge(BUILD_INFO.name, BUILD_INFO.help).labels(BUILD_INFO.labels);
    let info: Family<(Text, Text, Text, &'static str), Gauge> = info.register()?;
    let version = service.version.as_deref().unwrap_or_default();
    let environment = service.environment.as_deref().unwrap_or_default();
    info.get((&service.name, version, environment, env!("CARGO_PKG_VERSION"))).set(1);
    Ok(())
}
