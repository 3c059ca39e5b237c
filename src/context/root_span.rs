//! What waits for the end of a request's own span, which is not made before.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[cfg(feature = "otlp")]
use super::RequestContext;

/// What is said of a request's own span while it runs, and the spans within it that wait to see
/// how it ends.
#[derive(Debug, Default)]
pub(crate) struct RootSpan(Mutex<Waiting>);

/// The same, once nobody adds to it any more.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    pub(crate) events: Members,
    pub(crate) links: Members,
    /// The description of an error within.
    pub(crate) failure: Option<Box<str>>,
    pub(crate) held: Held,
    /// Those that go with the request, where that is sent as a transaction.
    pub(crate) gathered: Held,
    is_over: bool,
    /// What becomes of spans that end later than their request.
    late: Late,
}

/// Members of a `Span`, tags included, and how many found no place.
#[derive(Debug, Default)]
pub(crate) struct Members {
    pub(crate) bytes: Vec<u8>,
    pub(crate) count: u32,
    pub(crate) dropped: u32,
}

/// Encoded spans that are kept until their request has ended. Where there is no room, the first
/// give way: what ends later is further out, so that none is left without its parent.
#[derive(Debug, Default)]
pub(crate) struct Held {
    spans: VecDeque<Box<[u8]>>,
    pub(crate) dropped: u64,
    bytes: usize,
    /// Where the bytes are counted.
    room: Option<Arc<Room>>,
}

/// The bytes of the spans that wait in all requests of a telemetry, for one purpose.
#[derive(Debug, Default)]
pub(crate) struct Room(AtomicUsize);

/// What became of a span that was to wait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// It waits, or found no place and was counted.
    Done,
    /// The request has ended, and its spans were sent for this reason; so is this to be.
    Send(Box<[u8]>, &'static str),
    /// The request has ended, and its spans were not sent.
    Forgotten,
}

#[derive(Clone, Copy, Debug, Default)]
enum Late {
    #[default]
    Forgotten,
    Sent(&'static str),
}

/// Bytes of the events, and of the links, of one request's span.
const MEMBER_BYTES: usize = 256 << 10;
/// How many spans are kept of one request, and their bytes.
#[derive(Clone, Copy)]
struct Most {
    spans: usize,
    bytes: usize,
}

const HELD: Most = Most { spans: 256, bytes: 256 << 10 };
/// Sentry takes a thousand.
const GATHERED: Most = Most { spans: 1_000, bytes: 512 << 10 };
/// Bytes held for all requests.
const ROOM: usize = 16 << 20;

#[cfg(feature = "otlp")]
impl RequestContext {
    /// Holds an encoded span of a request that is not sampled until it is known how that ended.
    pub(crate) fn hold(&self, span: Box<[u8]>) -> Hold {
        match &self.acceptor().held {
            Some(room) => self.root().lock().hold(span, room),
            None => Hold::Forgotten,
        }
    }

    /// Keeps an encoded span of a request that is sent as a transaction.
    pub(crate) fn gather(&self, span: &[u8]) {
        if let Some(gathering) = &self.acceptor().gathering {
            self.root().lock().gather(span, &gathering.room);
        }
    }
}

impl RootSpan {
    /// Adds an event, unless there are as many: a member of `Span` with its tag. What comes after
    /// the request's end is dropped.
    pub(crate) fn add_event(&self, member: &[u8], max: u32) {
        self.lock().add(member, max, |waiting| &mut waiting.events);
    }

    /// Adds a link, likewise.
    pub(crate) fn add_link(&self, member: &[u8], max: u32) {
        self.lock().add(member, max, |waiting| &mut waiting.links);
    }

    /// Says that an error happened, whatever the status is. The last one counts.
    pub(crate) fn fail(&self, description: &str) {
        let mut waiting = self.lock();
        if !waiting.is_over {
            waiting.failure = Some(description.into());
        }
    }

    /// What was said, once: the request is over. `kept` is why the spans held are sent, and those
    /// that end later; they are forgotten without it.
    pub(crate) fn take(&self, kept: Option<&'static str>) -> Waiting {
        let late = kept.map_or(Late::Forgotten, Late::Sent);
        let over = Waiting { is_over: true, late, ..Waiting::default() };
        std::mem::replace(&mut *self.lock(), over)
    }

    /// Held for the time of a copy.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn add(&mut self, member: &[u8], max: u32, list: impl FnOnce(&mut Self) -> &mut Members) {
        if self.is_over {
            return;
        }
        let Members { bytes, count, dropped } = list(self);
        if *count >= max || bytes.len() + member.len() > MEMBER_BYTES {
            *dropped = dropped.saturating_add(1);
        } else {
            bytes.extend_from_slice(member);
            *count += 1;
        }
    }

    fn hold(&mut self, span: Box<[u8]>, room: &Arc<Room>) -> Hold {
        match self.late {
            Late::Sent(kept) => Hold::Send(span, kept),
            Late::Forgotten if self.is_over => Hold::Forgotten,
            Late::Forgotten => {
                self.held.push(span, room, HELD);
                Hold::Done
            }
        }
    }

    fn gather(&mut self, span: &[u8], room: &Arc<Room>) {
        if !self.is_over {
            self.gathered.push(span.into(), room, GATHERED);
        }
    }
}

impl Held {
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.spans.iter().map(AsRef::as_ref)
    }

    fn push(&mut self, span: Box<[u8]>, room: &Arc<Room>, most: Most) {
        let size = span.len();
        if size > most.bytes {
            self.dropped += 1;
            return;
        }
        while !(self.has_room(size, most) && room.take(size)) {
            self.dropped += 1;
            let Some(first) = self.spans.pop_front() else { return };
            self.bytes -= first.len();
            room.give_back(first.len());
        }
        self.bytes += size;
        self.spans.push_back(span);
        self.room.get_or_insert_with(|| Arc::clone(room));
    }

    fn has_room(&self, size: usize, most: Most) -> bool {
        self.spans.len() < most.spans && self.bytes + size <= most.bytes
    }
}

#[cfg(feature = "sentry")]
impl Held {
    /// What they take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(room) = &self.room {
            room.give_back(self.bytes);
        }
    }
}

impl Room {
    /// Counts so many bytes, if there is room for them.
    fn take(&self, bytes: usize) -> bool {
        let fits = self.0.fetch_add(bytes, Ordering::Relaxed) + bytes <= ROOM;
        if !fits {
            self.give_back(bytes);
        }
        fits
    }

    fn give_back(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_a_span_is_bounded_by_number_and_by_bytes() {
        let root = RootSpan::default();
        (0..1_000_000).for_each(|_| root.add_event(b"event", 128));
        let waiting = root.take(None);
        assert_eq!((waiting.events.count, waiting.events.dropped), (128, 1_000_000 - 128));
        assert!(waiting.events.bytes.capacity() < 2 * 128 * 5);
        let root = RootSpan::default();
        let large = vec![0; 100 << 10];
        (0..10).for_each(|_| root.add_event(&large, 128));
        let waiting = root.take(None);
        assert_eq!((waiting.events.count, waiting.events.dropped), (2, 8));
        root.add_event(b"late", 128);
        root.fail("late");
        let late = root.take(None);
        assert!(late.events.bytes.is_empty() && late.failure.is_none());
    }

    #[test]
    fn held_spans_are_bounded_and_give_their_room_back() {
        let room = Arc::new(Room::default());
        let root = RootSpan::default();
        let hold = |size: usize| root.lock().hold(vec![0; size].into(), &room);
        (0..300).for_each(|_| assert_eq!(hold(10), Hold::Done));
        let waiting = root.take(None);
        assert_eq!((waiting.held.iter().count(), waiting.held.dropped), (256, 44));
        assert_eq!(room.0.load(Ordering::Relaxed), 2_560);
        drop(waiting);
        assert_eq!(room.0.load(Ordering::Relaxed), 0);
        assert_eq!(hold(10), Hold::Forgotten);
        root.take(Some("failed"));
        assert_eq!(hold(1), Hold::Send([0].into(), "failed"));
    }

    #[test]
    fn the_first_give_way() {
        let room = Arc::new(Room::default());
        let root = RootSpan::default();
        for number in 0..300_u16 {
            root.lock().hold(number.to_be_bytes().into(), &room);
        }
        // As large as all, and larger.
        root.lock().hold(vec![0; HELD.bytes - 2].into(), &room);
        let waiting = root.take(None);
        let sizes: Vec<_> = waiting.held.iter().map(<[u8]>::len).collect();
        assert_eq!((sizes, waiting.held.dropped), (vec![2, HELD.bytes - 2], 299));
        assert_eq!(waiting.held.iter().next(), Some(&299_u16.to_be_bytes()[..]));
        assert_eq!(room.0.load(Ordering::Relaxed), HELD.bytes);
        drop(waiting);
        let root = RootSpan::default();
        for size in [1, HELD.bytes + 1] {
            root.lock().hold(vec![0; size].into(), &room);
        }
        let waiting = root.take(None);
        assert_eq!((waiting.held.iter().count(), waiting.held.dropped), (1, 1));
        drop(waiting);
        assert_eq!(room.0.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn all_requests_share_a_room() {
        let room = Arc::new(Room::default());
        let roots: Vec<_> = (0..100).map(|_| RootSpan::default()).collect();
        let size = 200 << 10;
        for root in &roots {
            root.lock().hold(vec![0; size].into(), &room);
        }
        let taken: Vec<_> = roots.iter().map(|root| root.take(None)).collect();
        let held: usize = taken.iter().map(|waiting| waiting.held.iter().count()).sum();
        assert_eq!(held, ROOM / size);
        assert_eq!(taken.iter().map(|waiting| waiting.held.dropped).sum::<u64>(), 19);
        drop(taken);
        assert_eq!(room.0.load(Ordering::Relaxed), 0);
    }
}
