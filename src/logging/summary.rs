//! What the flood limit tells: how many lines of a call site it has suppressed.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tracing::Level;

use crate::concurrent::Table;
use crate::config::Clock;

use super::Shared;
use super::limit::Limit;
use super::notice::{Notice, Said};
use super::records::Records;
use super::schema::Schema;
use super::site::Site;

/// Tells it in the place of each call site: with its level and its target.
pub(super) struct Summaries {
    limit: Arc<Limit>,
    sites: Arc<Table<Site>>,
    schema: Arc<Schema>,
    clock: Clock,
    notice: Notice,
    records: Option<(Arc<Records>, Notice)>,
}

const MESSAGE: &str = "suppressed lines of one call site";
const COUNT: &str = "suppressed";

impl Summaries {
    pub(super) fn new(shared: &Shared, sites: &Arc<Table<Site>>, schema: &Arc<Schema>) -> Self {
        let typed =
            |records: &Arc<Records>| (Arc::clone(records), Notice::typed(records, MESSAGE, COUNT));
        Self {
            limit: Arc::clone(&shared.limit),
            sites: Arc::clone(sites),
            schema: Arc::clone(schema),
            clock: shared.clock.clone(),
            notice: Notice::new(schema, MESSAGE, COUNT),
            records: shared.records.as_ref().map(typed),
        }
    }

    /// Appends a call site's line, and sends its record.
    pub(super) fn write(&self, site: &Site, at: SystemTime, suppressed: u32, out: &mut Vec<u8>) {
        let Site { heading, source, .. } = site;
        let said = Said { at, heading, context: None, count: suppressed.into(), source: *source };
        self.notice.with(&said, |line| {
            self.schema.write(line, out);
        });
        if let Some((records, notice)) = &self.records {
            notice.with(&said, |line| records.push(line));
        }
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
