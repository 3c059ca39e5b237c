//! Whether metrics say what happens, and can be scraped.

use std::time::{Duration, Instant};

use crate::metrics::{Format, Matched, Metrics, Red, Room, Scrape};

use super::diagnosis::Finding;
use super::examination::Examination;

const ROUTES: &str = "routes";
const CARDINALITY: &str = "cardinality";
const EXPOSITION: &str = "exposition";
/// Requests before shares of them say anything.
const ENOUGH: u64 = 100;
/// Prometheus gives a scrape up after 10 s unless it is told otherwise.
const SLOW: Duration = Duration::from_secs(1);
/// Families that are named.
const NAMED: usize = 4;

/// Whether requests are told apart by their routes.
pub(super) fn routes(red: &Red) -> Finding {
    let Matched { requests, unmatched, served } = red.matched();
    if requests < ENOUGH {
        return Finding::ok(ROUTES, format!("{requests} requests so far are too few to judge by"));
    }
    // A scanner's 404 matches no route; what was served did, and obskit was not told which.
    if served * 10 > requests {
        return Finding::warning(
            ROUTES,
            format!("{served} of {requests} requests were served without a route that is known"),
            "Enable the feature `axum`, or tell the layer the routes (ServerLayer::matcher). A \
             fallback has none: give what it serves a route, as `/{*file}` for files.",
        );
    }
    if unmatched * 2 > requests {
        return Finding::warning(
            ROUTES,
            format!("{unmatched} of {requests} requests matched no route"),
            "Somebody scans the service, or a proxy sends it what is another's.",
        );
    }
    Finding::ok(ROUTES, format!("{unmatched} of {requests} requests matched no route"))
}

/// Whether every family has room for further series.
pub(super) fn cardinality(metrics: &Metrics) -> Finding {
    let rooms = metrics.families().into_iter().filter_map(|family| {
        let room = family.room().filter(|room| room.taken * 5 >= room.limit * 4)?;
        Some((room, family))
    });
    let mut rooms: Vec<_> = rooms.collect();
    if rooms.is_empty() {
        return Finding::ok(CARDINALITY, "every metric has room for further series");
    }
    rooms.sort_by_key(|(_, family)| std::cmp::Reverse(family.overflowed()));
    let named = rooms.iter().take(NAMED).map(|(Room { taken, limit }, family)| {
        let (name, lost) = (&family.descriptor().name, family.overflowed());
        format!("{name} has {taken} of {limit}, and {lost} updates found no place")
    });
    let named: Vec<_> = named.collect();
    let count = rooms.len();
    Finding::warning(
        CARDINALITY,
        format!("{count} metrics have no room for many further series: {}", named.join("; ")),
        "/debug/cardinality shows label values that were refused. Take labels with many values \
         away, or raise OBSKIT_SERIES_LIMIT.",
    )
}

/// Whether a scrape answers in time with a whole page.
pub(super) fn exposition(metrics: &Metrics) -> Examination {
    let metrics = metrics.clone();
    Examination::new(EXPOSITION, move || {
        let start = Instant::now();
        let format = Format::OpenMetrics;
        let scraped = metrics.scrape(&Scrape { format, ..Scrape::default() });
        let (took, bytes) = (start.elapsed(), scraped.body().len());
        judge(scraped.body().ends_with(b"# EOF\n"), took, bytes)
    })
}

fn judge(is_whole: bool, took: Duration, bytes: usize) -> Finding {
    let (size, millis) = (bytes.div_ceil(1_024), took.as_millis());
    if !is_whole {
        return Finding::failure(
            EXPOSITION,
            format!("a scrape of {size} KiB has no end"),
            "This is a mistake of obskit's; please report it.",
        );
    }
    if took > SLOW {
        return Finding::warning(
            EXPOSITION,
            format!("a scrape took {millis} ms, for {size} KiB"),
            "Callbacks of Metrics::before_scrape are to read memory only; /debug/cardinality shows \
             the largest metrics.",
        );
    }
    Finding::ok(EXPOSITION, format!("a scrape takes {millis} ms, for {size} KiB"))
}
