//! How many connections there are at once, and who makes room for another.

use std::cmp::Reverse;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Request;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::Notify;

use super::access::Neighbour;
use super::content::Content;

/// A number of places. Where all are taken, a newcomer gets one of those who have most of them, of
/// whoever has been waited for the longest: connections that are held open keep no probe out, and
/// who opens a great many takes them from itself.
#[derive(Debug)]
pub(super) struct Places {
    shared: Arc<Shared>,
}

/// One connection's. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Place {
    shared: Arc<Shared>,
    id: u64,
    leave: Arc<Notify>,
}

/// While a place's request is answered.
#[derive(Debug)]
pub(super) struct Answering<'a>(&'a Place);

/// The body of a place's request. Whoever is to send more of it is waited for.
#[derive(Debug)]
pub(super) struct Awaited<'a, B> {
    body: B,
    place: &'a Place,
}

/// A large answer on its way to a place. Dropped, it is with the system or is given up.
struct Unread {
    answer: Bytes,
    shared: Arc<Shared>,
    id: u64,
}

#[derive(Debug)]
struct Shared {
    count: usize,
    state: Mutex<State>,
    /// Whoever waits for a place is told that one was given back.
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Numbers connections, and what they do, in their order.
    last: u64,
    taken: Vec<Taken>,
}

#[derive(Debug)]
struct Taken {
    id: u64,
    neighbour: Neighbour,
    is_answering: bool,
    /// Whether it has yet to read a large answer.
    is_reading: bool,
    /// When it came, or had its last answer.
    since: u64,
    is_leaving: bool,
    leave: Arc<Notify>,
}

/// Answers of more bytes than these are large, and kept in memory until they are read.
const LARGE: usize = 64 * 1_024;
/// Past so many of them, the next has a connection leave that has not read its own.
const MOST_UNREAD: usize = 8;

impl Places {
    pub(super) fn new(count: usize) -> Self {
        let (state, freed) = (Mutex::default(), Notify::new());
        Self { shared: Arc::new(Shared { count, state, freed }) }
    }

    /// A place for a newcomer, of whom there is one at a time. Where nobody can leave, it waits.
    pub(super) async fn take(&self, neighbour: Neighbour) -> Place {
        loop {
            if let Some(place) = self.try_take(neighbour) {
                return place;
            }
            self.shared.freed.notified().await;
        }
    }

    fn try_take(&self, neighbour: Neighbour) -> Option<Place> {
        let mut state = self.shared.state();
        if state.taken.len() >= self.shared.count {
            state.make_room(|_| true);
            return None;
        }
        let (id, leave) = (state.next(), Arc::new(Notify::new()));
        state.taken.push(Taken {
            id,
            neighbour,
            is_answering: false,
            is_reading: false,
            since: id,
            is_leaving: false,
            leave: Arc::clone(&leave),
        });
        Some(Place { shared: Arc::clone(&self.shared), id, leave })
    }
}

impl Place {
    /// Waits until the place is wanted for another.
    pub(super) async fn wanted(&self) {
        self.leave.notified().await;
    }

    /// Keeps the place for as long as a request is answered.
    pub(super) fn answer(&self) -> Answering<'_> {
        self.set_answering(true);
        Answering(self)
    }

    /// Keeps an answer in sight until it is read, and has another leave where many are not.
    pub(super) fn watch(&self, answer: Content) -> Content {
        if answer.len() <= LARGE {
            return answer;
        }
        let mut state = self.shared.state();
        state.update(self.id, |taken, _| taken.is_reading = true);
        if state.taken.iter().filter(|taken| taken.is_reading).count() > MOST_UNREAD {
            state.make_room(|taken| taken.is_reading);
        }
        drop(state);
        let (answer, shared) = (answer.into_bytes(), Arc::clone(&self.shared));
        Content::from(Bytes::from_owner(Unread { answer, shared, id: self.id }))
    }

    fn set_answering(&self, is_answering: bool) {
        self.shared.state().update(self.id, |taken, _| taken.is_answering = is_answering);
    }
}

impl<'a> Answering<'a> {
    /// The request with its body watched.
    pub(super) fn watch<B>(&self, request: Request<B>) -> Request<Awaited<'a, B>> {
        request.map(|body| Awaited { body, place: self.0 })
    }
}

impl<B: Body + Unpin> Body for Awaited<'_, B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        self.place.set_answering(polled.is_ready());
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl State {
    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn update(&mut self, id: u64, change: impl FnOnce(&mut Taken, u64)) {
        let now = self.next();
        if let Some(taken) = self.taken.iter_mut().find(|taken| taken.id == id) {
            change(taken, now);
        }
    }

    /// Has one of some leave, unless one is leaving.
    fn make_room(&mut self, of: impl Fn(&Taken) -> bool) {
        if self.taken.iter().any(|taken| taken.is_leaving && of(taken)) {
            return;
        }
        let some = || self.taken.iter().filter(|taken| of(taken));
        let beside = |one: &Taken| some().filter(|other| other.neighbour == one.neighbour).count();
        let idle = some().filter(|taken| !taken.is_answering);
        let longest = idle.min_by_key(|taken| (Reverse(beside(taken)), taken.since));
        let Some(id) = longest.map(|longest| longest.id) else { return };
        self.update(id, |longest, _| {
            longest.is_leaving = true;
            longest.leave.notify_one();
        });
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        let Self(place) = self;
        place.shared.state().update(place.id, |taken, now| {
            (taken.is_answering, taken.since) = (false, now);
        });
    }
}

impl AsRef<[u8]> for Unread {
    fn as_ref(&self) -> &[u8] {
        &self.answer
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        self.shared.state().update(self.id, |taken, _| taken.is_reading = false);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.state().taken.retain(|taken| taken.id != self.id);
        self.shared.freed.notify_one();
    }
}

#[cfg(test)]
mod tests;
