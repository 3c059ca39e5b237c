//! How the service stops.

use std::time::Duration;

/// How long each part of stopping may take.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shutdown {
    /// Time between not being ready and taking no more requests, in which load balancers learn of
    /// it. At most 5 min. Default: 5 s.
    pub drain_delay: Duration,
    /// The longest that ending requests and flushing may take together. At most 5 min.
    /// Default: 10 s.
    pub deadline: Duration,
}

impl Shutdown {
    /// The longest of either.
    pub(crate) const LONGEST: Duration = Duration::from_mins(5);
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { drain_delay: Duration::from_secs(5), deadline: Duration::from_secs(10) }
    }
}
