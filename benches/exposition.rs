//! A scrape of 100,000 lines as text, and the same lines by hand.

use std::fmt;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use obskit::metrics::{Metrics, Scrape};

use crate::families::{self, ENDPOINT};
use crate::limit::BOUNDS;
use crate::measure::{best, nanoseconds};

/// Something that is exposed as about 100,000 lines.
pub struct Page {
    expose: Box<dyn FnMut() -> usize>,
    lines: u64,
}

/// As many series as a label of 16 bits tells apart twice.
const COUNTERS: u16 = 50_000;
const HISTOGRAMS: u16 = 7_143;
/// The buckets, the one up to +Inf, the sum and the count.
const LINES_OF_HISTOGRAM: u64 = BOUNDS.len() as u64 + 3;

impl Page {
    /// Counters with three labels.
    pub fn counters() -> Self {
        let metrics = Metrics::default();
        let families = ["a_total", "b_total"]
            .map(|name| families::counters(&metrics, name, ENDPOINT, COUNTERS));
        let scrape = move || {
            black_box(&families);
            metrics.scrape(&Scrape::default()).body().len()
        };
        Self { expose: Box::new(scrape), lines: 2 * u64::from(COUNTERS) }
    }

    /// Histograms with three labels.
    pub fn histograms() -> Self {
        let metrics = Metrics::default();
        let family = families::histograms(&metrics, "a_seconds", HISTOGRAMS);
        let scrape = move || {
            black_box(&family);
            metrics.scrape(&Scrape::default()).body().len()
        };
        Self { expose: Box::new(scrape), lines: u64::from(HISTOGRAMS) * LINES_OF_HISTOGRAM }
    }

    /// Counters by hand: the text before each value is kept ready.
    pub fn by_hand() -> Self {
        let name = |family, n| {
            format!("{family}{{method=\"GET\",endpoint=\"{ENDPOINT}\",status=\"{n}\"}} ")
        };
        let series = |family| (0..COUNTERS).map(move |n| (name(family, n), AtomicU64::new(0)));
        let series: Vec<_> = ["a_total", "b_total"].into_iter().flat_map(series).collect();
        let mut page = Vec::new();
        let write = move || {
            page.clear();
            for (name, counter) in &series {
                page.extend_from_slice(name.as_bytes());
                let count = counter.load(Ordering::Relaxed);
                page.extend_from_slice(itoa::Buffer::new().format(count).as_bytes());
                page.push(b'\n');
            }
            black_box(&page).len()
        };
        Self { expose: Box::new(write), lines: 2 * u64::from(COUNTERS) }
    }

    /// Exposes it once; answers with the bytes.
    pub fn expose(&mut self) -> usize {
        (self.expose)()
    }

    /// Nanoseconds a line.
    pub fn time(&mut self) -> f64 {
        let round = || {
            let began = Instant::now();
            self.expose();
            began.elapsed()
        };
        nanoseconds(best(round), self.lines)
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page").field("lines", &self.lines).finish_non_exhaustive()
    }
}
