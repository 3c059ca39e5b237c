//! How many connections there are at once, and who makes room for another.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use http::Request;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::Notify;

/// A number of places. Where all are taken, a newcomer gets that of whoever has been waited for
/// the longest: connections that are held open keep no probe out.
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
    is_answering: bool,
    /// When it came, or had its last answer.
    since: u64,
    is_leaving: bool,
    leave: Arc<Notify>,
}

impl Places {
    pub(super) fn new(count: usize) -> Self {
        let (state, freed) = (Mutex::default(), Notify::new());
        Self { shared: Arc::new(Shared { count, state, freed }) }
    }

    /// A place for a newcomer, of whom there is one at a time. Where nobody can leave, it waits.
    pub(super) async fn take(&self) -> Place {
        loop {
            if let Some(place) = self.try_take() {
                return place;
            }
            self.shared.freed.notified().await;
        }
    }

    fn try_take(&self) -> Option<Place> {
        let mut state = self.shared.state();
        if state.taken.len() >= self.shared.count {
            state.make_room();
            return None;
        }
        let (id, leave) = (state.next(), Arc::new(Notify::new()));
        state.taken.push(Taken {
            id,
            is_answering: false,
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

    /// Has one leave, unless one is leaving.
    fn make_room(&mut self) {
        if self.taken.iter().any(|taken| taken.is_leaving) {
            return;
        }
        let idle = self.taken.iter_mut().filter(|taken| !taken.is_answering);
        if let Some(longest) = idle.min_by_key(|taken| taken.since) {
            longest.is_leaving = true;
            longest.leave.notify_one();
        }
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

impl Drop for Place {
    fn drop(&mut self) {
        self.shared.state().taken.retain(|taken| taken.id != self.id);
        self.shared.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::task::Waker;

    fn now<F: Future>(future: F) -> Option<F::Output> {
        let mut cx = Context::from_waker(Waker::noop());
        match pin!(future).poll(&mut cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    fn full() -> (Places, [Place; 3]) {
        let places = Places::new(3);
        let taken = [(); 3].map(|()| now(places.take()).unwrap());
        (places, taken)
    }

    /// Which of the places are wanted by a newcomer.
    fn wanted(places: &Places, taken: &[Place]) -> Vec<bool> {
        assert!(now(places.take()).is_none());
        taken.iter().map(|place| now(place.wanted()).is_some()).collect()
    }

    #[test]
    fn the_one_leaves_that_was_waited_for_longest() {
        let (places, taken) = full();
        assert_eq!(wanted(&places, &taken), [true, false, false]);
        // One at a time, however often it is asked for.
        assert_eq!(wanted(&places, &taken), [false, false, false]);
        let [first, second, third] = taken;
        drop(first);
        let fourth = now(places.take()).unwrap();
        drop(second.answer());
        assert_eq!(wanted(&places, &[second, third, fourth]), [false, true, false]);
    }

    #[test]
    fn nobody_leaves_whose_answer_is_on_its_way() {
        let (places, taken) = full();
        let answering = taken.each_ref().map(Place::answer);
        assert_eq!(wanted(&places, &taken), [false, false, false]);
        drop(answering);
        assert_eq!(wanted(&places, &taken), [true, false, false]);
    }

    /// A body that has not come.
    struct Never;

    impl Body for Never {
        type Data = bytes::Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<bytes::Bytes>, Self::Error>>> {
            Poll::Pending
        }
    }

    #[test]
    fn whoever_is_to_send_a_body_is_waited_for() {
        let (places, taken) = full();
        let answering = taken.each_ref().map(Place::answer);
        let mut request = answering[1].watch(Request::new(Never));
        let mut body = Pin::new(request.body_mut());
        assert!(now(std::future::poll_fn(|cx| body.as_mut().poll_frame(cx))).is_none());
        assert_eq!(wanted(&places, &taken), [false, true, false]);
    }
}
