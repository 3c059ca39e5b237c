//! How many connections there are at once, and who makes room for another.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// A number of places. Where all are taken, a newcomer gets that of whoever has asked for nothing
/// yet, or for nothing the longest: connections that are held open keep no probe out.
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
    has_asked: bool,
    /// When it began to wait for a request.
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
            has_asked: false,
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
        self.shared.state().update(self.id, |taken, _| {
            (taken.is_answering, taken.has_asked) = (true, true);
        });
        Answering(self)
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
        if let Some(longest) = idle.min_by_key(|taken| (taken.has_asked, taken.since)) {
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
    use std::task::{Context, Poll, Waker};

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
    fn the_one_leaves_that_has_asked_for_nothing_longest() {
        let (places, taken) = full();
        assert_eq!(wanted(&places, &taken), [true, false, false]);
        // One at a time, however often it is asked for.
        assert_eq!(wanted(&places, &taken), [false, false, false]);
        let [first, second, third] = taken;
        drop(first);
        let fourth = now(places.take()).unwrap();
        assert_eq!(wanted(&places, &[second, third, fourth]), [true, false, false]);
    }

    #[test]
    fn whoever_has_asked_leaves_after_those_who_have_not() {
        let (places, taken) = full();
        drop(taken[0].answer());
        drop(taken[1].answer());
        assert_eq!(wanted(&places, &taken), [false, false, true]);
        let (places, taken) = full();
        for at in [2, 0, 1] {
            drop(taken[at].answer());
        }
        assert_eq!(wanted(&places, &taken), [false, false, true]);
    }

    #[test]
    fn nobody_leaves_whose_answer_is_on_its_way() {
        let (places, taken) = full();
        let answering = taken.each_ref().map(Place::answer);
        assert_eq!(wanted(&places, &taken), [false, false, false]);
        drop(answering);
        assert_eq!(wanted(&places, &taken), [true, false, false]);
    }
}
