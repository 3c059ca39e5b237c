//! What is set: one plain struct per signal.

/// Where the time comes from.
#[derive(Clone, Debug, Default)]
pub struct Clock;

impl Clock {
    /// The wall clock.
    pub fn wall(&self) -> std::time::SystemTime {
        std::time::SystemTime::now()
    }
}

/// Metrics.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Limit.
    pub series_limit: u32,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { series_limit: 2_000 }
    }
}
