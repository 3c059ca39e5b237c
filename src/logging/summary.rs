//! What the flood limit tells: how many lines of a call site it has suppressed.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tracing::Level;

use crate::concurrent::Table;
use crate::config::Clock;

use super::limit::Limit;
use super::notice::{Notice, Said};
use super::schema::Schema;
use super::site::Site;

/// Tells it in the place of each call site: with its level and its target.
pub(super) struct Summaries {
    pub(super) limit: Arc<Limit>,
    pub(super) sites: Arc<Table<Site>>,
    pub(super) schema: Arc<Schema>,
    pub(super) clock: Clock,
    pub(super) notice: Notice,
}

impl Summaries {
    /// The notice of `Summaries`.
    pub(super) fn notice(schema: &Schema) -> Notice {
        Notice::new(schema, "suppressed lines of one call site", "suppressed")
    }

    /// Appends a call site's line.
    pub(super) fn write(&self, site: &Site, at: SystemTime, suppressed: u32, out: &mut Vec<u8>) {
        let Site { heading, source, .. } = site;
        let said = Said { at, heading, context: None, count: suppressed.into(), source: *source };
        self.notice.write(&self.schema, &said, out);
    }

    /// Hands on the lines of call sites that have been silent since their window was over; with
    /// `early`, of those whose window is not over, too.
    pub(super) fn tell(&self, early: bool, take: &dyn Fn(Level, u64, &[u8])) {
        if !self.limit.owes() {
            return;
        }
        let at = self.clock.wall();
        let nanos = nanos(at);
        let mut line = Vec::new();
        for site in self.sites.iter() {
            if let Some(suppressed) = self.limit.settle(&site.flood, nanos, early) {
                line.clear();
                self.write(site, at, suppressed, &mut line);
                take(site.level(), nanos, &line);
            }
        }
    }
}

/// Nanoseconds since the epoch, by which the sink puts lines in order.
pub(super) fn nanos(at: SystemTime) -> u64 {
    let since_1970 = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX)
}
