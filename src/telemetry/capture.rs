//! A telemetry whose finished exchanges a test can see.

use std::sync::Arc;

use super::Telemetry;
use crate::config::Config;
use crate::context::Exchanges;
use crate::error::Error;

impl Telemetry {
    /// As [`build`](Self::build), and every finished exchange can be taken from what comes with it.
    ///
    /// # Errors
    ///
    /// As `build`.
    pub fn build_captured(config: Config) -> Result<(Self, Exchanges), Error> {
        let exchanges = Exchanges::default();
        let telemetry = Self::assemble(config, vec![Arc::new(exchanges.clone())])?;
        Ok((telemetry, exchanges))
    }
}
