//! Pools of connections, read at each scrape.

use std::sync::Mutex;

use super::family::Family;
use super::gauge::Gauge;
use super::registry::{Metrics, lock};

/// A pool of connections at one moment, as `Telemetry::dependency(..).pool(..)` reports it.
///
/// Pools tell how many connections are open and how many of those are idle; the others are in use.
/// What else a pool knows is added; what it does not know has no series. A number below 0 counts
/// as 0.
///
/// ```
/// use obskit::metrics::PoolStatus;
///
/// // As sqlx has it: pool.size(), pool.num_idle(), pool.options().get_max_connections().
/// let (size, idle, max) = (8_u32, 5_usize, 20_u32);
/// let status = PoolStatus::new(size, idle).max(max);
/// # let _ = status;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStatus {
    /// By state, in the order of [`STATES`].
    connections: [Option<i64>; STATES.len()],
}

/// As they stand in the label `state`.
const STATES: [&str; 4] = ["idle", "used", "max", "pending"];

impl PoolStatus {
    /// `open` connections, of which `idle` are at rest.
    pub fn new(open: impl TryInto<i64>, idle: impl TryInto<i64>) -> Self {
        let (open, idle) = (number(open), number(idle));
        let used = open.saturating_sub(idle).max(0);
        Self { connections: [Some(idle), Some(used), None, None] }
    }

    /// The most connections that may be open.
    #[must_use]
    pub fn max(mut self, connections: impl TryInto<i64>) -> Self {
        let [.., max, _] = &mut self.connections;
        *max = Some(number(connections));
        self
    }

    /// Callers that wait for a connection.
    #[must_use]
    pub fn pending(mut self, callers: impl TryInto<i64>) -> Self {
        let [.., pending] = &mut self.connections;
        *pending = Some(number(callers));
        self
    }
}

/// Has each scrape read a pool. It changes the gauges by what has changed in the pool, so that
/// those of one dependency add up.
pub(super) fn watch(
    metrics: &Metrics,
    gauges: Family<(&'static str, &'static str), Gauge>,
    dependency: &'static str,
    read: impl Fn() -> PoolStatus + Send + Sync + 'static,
) {
    let last = Mutex::new(PoolStatus::default());
    metrics.before_scrape(move || {
        let now = read();
        let before = std::mem::replace(&mut *lock(&last), now);
        let states = STATES.into_iter().zip(now.connections).zip(before.connections);
        for ((state, now), before) in states {
            if now.or(before).is_some() {
                let change = now.unwrap_or(0).saturating_sub(before.unwrap_or(0));
                gauges.reserve((dependency, state)).add(change);
            }
        }
    });
}

/// What is past the numbers that there are is as many as there can be.
fn number(connections: impl TryInto<i64>) -> i64 {
    connections.try_into().unwrap_or(i64::MAX).max(0)
}
