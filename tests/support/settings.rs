//! Settings that tests begin with.

use obskit::config::{Config, Exporter};

/// The defaults, but spans are sent nowhere: no collector is there to take them.
pub fn local() -> Config {
    let mut config = Config::default();
    config.traces.exporter = Exporter::None;
    config
}
