//! A scrape: every family, in one format, as one run of bytes.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

use percent_encoding::percent_decode_str;

use super::flight::Flights;
use super::foreign::{ForeignRegistry, Foreigners};
use super::lines::Scratch;
use super::negotiate::{Format, accepts_gzip};
use super::output::Output;
use super::own::Reason;
use super::owned::OwnedFamily;
use super::{Encoder, Head, gzip};
use crate::metrics::family::Encode;
use crate::metrics::registry::{Metrics, lock};

/// What a scraper asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scrape {
    /// The format; [`Format::Text`] unless set.
    pub format: Format,
    /// Whether the bytes may be compressed by gzip; they are when they pass 1 KiB.
    pub gzip: bool,
    /// The families wanted, by their name or a sample's; all of them when it is empty.
    pub names: Vec<String>,
}

/// An exposition. Cloning it is cheap.
#[derive(Clone)]
pub struct Scraped {
    page: Arc<Page>,
    format: Format,
}

/// What scrapes leave to each other.
#[derive(Default)]
pub(in crate::metrics) struct Scrapes {
    flights: Flights<Scrape, Scraped>,
    /// Pages of earlier scrapes, to be written on again once nobody reads them.
    pages: Mutex<Vec<Arc<Page>>>,
    foreigners: Foreigners,
    /// The threads that are in a scrape.
    within: Mutex<Vec<ThreadId>>,
}

/// While it lives, its thread is in a scrape.
struct Within<'a> {
    scrapes: &'a Scrapes,
    thread: ThreadId,
}

/// The buffers of one exposition.
#[derive(Default)]
struct Page {
    plain: Output,
    packed: Vec<u8>,
    is_packed: bool,
    scratch: Scratch,
}

/// Most names one scrape may ask for, and the bytes of the longest; what passes them is not read.
const MAX_NAMES: usize = 100;
const MAX_NAME_BYTES: usize = 256;
/// Pages kept: one for a scraper of each format that comes while another still reads.
const MAX_PAGES: usize = 2;

impl Scrape {
    /// Reads a request: `Accept`, `Accept-Encoding`, and each `name[]` of its query.
    ///
    /// At most 100 names of at most 256 bytes are read.
    pub fn from_request(headers: &http::HeaderMap, query: Option<&str>) -> Self {
        let encodings: Vec<_> = headers.get_all(http::header::ACCEPT_ENCODING).iter().collect();
        let mut names: Vec<String> = query.map_or_else(Vec::new, names);
        names.sort_unstable();
        names.dedup();
        Self {
            format: Format::negotiate(headers.get_all(http::header::ACCEPT)),
            gzip: accepts_gzip(&encodings),
            names,
        }
    }

    /// Whether a family is wanted.
    fn wants(&self, head: Head<'_>) -> bool {
        let is_of = |name: &String| {
            let rest = name.strip_prefix(head.base);
            rest.is_some_and(|suffix| head.kind.suffixes().contains(&suffix))
        };
        self.names.is_empty() || self.names.iter().any(is_of)
    }
}

impl Scraped {
    /// The bytes, compressed if [`content_encoding`](Self::content_encoding) says so.
    pub fn body(&self) -> &[u8] {
        if self.page.is_packed { &self.page.packed } else { self.page.plain.as_bytes() }
    }

    /// The `Content-Type`.
    pub fn content_type(&self) -> &'static str {
        self.format.content_type()
    }

    /// The `Content-Encoding`, if the bytes are compressed.
    pub fn content_encoding(&self) -> Option<&'static str> {
        self.page.is_packed.then_some("gzip")
    }
}

impl AsRef<[u8]> for Scraped {
    fn as_ref(&self) -> &[u8] {
        self.body()
    }
}

impl fmt::Debug for Scraped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scraped")
            .field("bytes", &self.body().len())
            .field("content_type", &self.content_type())
            .field("content_encoding", &self.content_encoding())
            .finish()
    }
}

impl Metrics {
    /// Every family as bytes.
    ///
    /// Families come in the order of their names, and the series of each in the order they were
    /// made. Scrapes that ask for the same while one of them is being written share its bytes.
    pub fn scrape(&self, request: &Scrape) -> Scraped {
        let scrapes = self.scrapes();
        if scrapes.is_within() {
            // Called from a callback of a scrape, which therefore must not wait for it.
            return self.render(request, &self.families(), &[]);
        }
        scrapes.flights.share(request, || {
            let _within = scrapes.enter();
            self.update();
            let families = self.families();
            let foreign = scrapes.foreigners.read(&families, self.own());
            self.render(request, &families, &foreign)
        })
    }

    /// Every family in the text format, as [`scrape`](Self::scrape) gives it; made for tests.
    ///
    /// ```
    /// use obskit::metrics::Metrics;
    ///
    /// let metrics = Metrics::default();
    /// metrics.counter("mail_sent_total", "Messages sent.").register()?.inc();
    /// assert!(metrics.text().contains("\nmail_sent_total 1\n"));
    /// # Ok::<(), obskit::Error>(())
    /// ```
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.scrape(&Scrape::default()).body()).into_owned()
    }

    /// Serves the families of a `prometheus-client` registry with this one's, in every format.
    ///
    /// They are read at each scrape, so what is registered there later is served too. A family
    /// whose name, or a sample's, is taken is left out, and so is what no format can express;
    /// `obskit_scrape_errors_total{reason}` counts both.
    ///
    /// `prometheus-client` encodes a registry as a whole: one metric that fails there, such as a
    /// histogram with native buckets alone, hides those registered after it.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    ///
    /// use obskit::metrics::Metrics;
    /// use prometheus_client::metrics::counter::Counter;
    /// use prometheus_client::registry::Registry;
    ///
    /// let theirs = Arc::new(Mutex::new(Registry::default()));
    /// let metrics = Metrics::default();
    /// metrics.serve_foreign(Arc::clone(&theirs));
    ///
    /// if let Ok(mut theirs) = theirs.lock() {
    ///     theirs.register("polls", "Polls of the queue", Counter::<u64>::default());
    /// }
    /// assert!(metrics.text().contains("\npolls_total 0\n"));
    /// ```
    pub fn serve_foreign(&self, registry: impl ForeignRegistry) {
        self.scrapes().foreigners.add(registry);
    }

    /// Our families as values, as of now.
    pub(super) fn owned(&self) -> Vec<OwnedFamily> {
        let scrapes = self.scrapes();
        if !scrapes.is_within() {
            let _within = scrapes.enter();
            self.update();
        }
        let mut owned = Vec::new();
        let mut encoder = Encoder::keep(&mut owned);
        self.families().iter().for_each(|family| family.encode(&mut encoder));
        owned
    }

    /// Has the callbacks of `before_scrape` run, and the registry's own counters set.
    fn update(&self) {
        for update in self.updates() {
            if catch_unwind(AssertUnwindSafe(|| update())).is_err() {
                self.own().count(Reason::Panic, 1);
            }
        }
        self.own().count_overflows(&self.families());
    }

    fn render(
        &self,
        request: &Scrape,
        ours: &[Arc<dyn Encode>],
        theirs: &[OwnedFamily],
    ) -> Scraped {
        let mut page = self.scrapes().page();
        if let Some(page) = Arc::get_mut(&mut page) {
            page.write(request, ours, theirs);
        }
        self.scrapes().keep(&page);
        Scraped { page, format: request.format }
    }
}

impl Scrapes {
    /// Whether the calling thread is in a scrape already.
    fn is_within(&self) -> bool {
        lock(&self.within).contains(&thread::current().id())
    }

    fn enter(&self) -> Within<'_> {
        let thread = thread::current().id();
        lock(&self.within).push(thread);
        Within { scrapes: self, thread }
    }

    /// A page that nobody reads.
    fn page(&self) -> Arc<Page> {
        let mut pages = lock(&self.pages);
        let free = pages.iter_mut().position(|page| Arc::get_mut(page).is_some());
        free.map_or_else(Arc::default, |free| pages.swap_remove(free))
    }

    fn keep(&self, page: &Arc<Page>) {
        let mut pages = lock(&self.pages);
        if pages.len() < MAX_PAGES {
            pages.push(Arc::clone(page));
        }
    }
}

impl Drop for Within<'_> {
    fn drop(&mut self) {
        lock(&self.scrapes.within).retain(|thread| *thread != self.thread);
    }
}

impl Page {
    /// Writes ours and theirs, merged by name.
    fn write(&mut self, request: &Scrape, ours: &[Arc<dyn Encode>], theirs: &[OwnedFamily]) {
        self.plain.clear();
        let mut encoder = Encoder::new(request.format, &mut self.plain, &mut self.scratch);
        let mut theirs = theirs.iter().filter(|family| request.wants(family.head())).peekable();
        for family in ours {
            let head = Head::from(family.descriptor());
            while let Some(theirs) = theirs.next_if(|theirs| *theirs.base < *head.base) {
                theirs.encode(&mut encoder);
            }
            if request.wants(head) {
                family.encode(&mut encoder);
            }
        }
        theirs.for_each(|family| family.encode(&mut encoder));
        encoder.finish();
        self.plain.shrink();
        let plain = self.plain.as_bytes();
        self.is_packed = request.gzip
            && plain.len() > gzip::MIN_BYTES
            && gzip::compress(plain, &mut self.packed);
    }
}

/// The `name[]` parameters of a query.
fn names(query: &str) -> Vec<String> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let pairs = query.split('&').filter(|pair| pair.len() <= 3 * MAX_NAME_BYTES);
    let pairs = pairs.filter_map(|pair| pair.split_once('='));
    let wanted = pairs.filter(|(key, _)| decode(key) == "name[]").map(|(_, name)| decode(name));
    wanted.filter(|name| !name.is_empty() && name.len() <= MAX_NAME_BYTES).take(MAX_NAMES).collect()
}
