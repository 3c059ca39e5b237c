//! Who stays, and who makes room.

use super::*;
use crate::admin::access::{Door, Origin};
use std::pin::pin;
use std::task::Waker;

fn now<F: Future>(future: F) -> Option<F::Output> {
    let mut cx = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut cx) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn at(address: &str) -> Neighbour {
    let peer = address.parse().ok();
    Origin { peer, door: Door::Anyone, patience: None }.neighbour()
}

fn full() -> (Places, [Place; 3]) {
    full_of(["10.0.0.1"; 3])
}

fn full_of<const N: usize>(neighbours: [&str; N]) -> (Places, [Place; N]) {
    let places = Places::new(N);
    let taken = neighbours.map(|address| now(places.take(at(address))).unwrap());
    (places, taken)
}

/// Which of the places are wanted by a newcomer.
fn wanted(places: &Places, taken: &[Place]) -> Vec<bool> {
    assert!(now(places.take(at("10.0.0.9"))).is_none());
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
    let fourth = now(places.take(at("10.0.0.1"))).unwrap();
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
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
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

#[test]
fn who_has_most_places_makes_room() {
    let check = |neighbours: [&str; 5], expected: usize| {
        let (places, taken) = full_of(neighbours);
        let wanted = wanted(&places, &taken);
        assert_eq!(
            wanted.iter().position(|is_wanted| *is_wanted),
            Some(expected),
            "{neighbours:?}"
        );
    };
    check(["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"], 0);
    check(["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.2", "10.0.0.5"], 1);
    check(["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.2"], 2);
    check(["10.0.0.1", "fd00::1", "fd00:0:0:1::1", "fd00::2", "fd00:0:0:2::1"], 1);
    check(["10.0.0.1", "10.0.0.2", "::ffff:10.0.0.2", "10.0.0.3", "::1"], 1);
}

fn large() -> Content {
    Content::from(vec![b'a'; LARGE + 1])
}

#[test]
fn of_many_large_answers_that_nobody_reads_one_is_given_up() {
    let (_places, taken) = full_of(["10.0.0.1"; MOST_UNREAD + 2]);
    let is_wanted = || taken.iter().map(|place| now(place.wanted()).is_some()).collect::<Vec<_>>();
    // Small ones are not in the way, and one that was read is no longer.
    drop(taken.each_ref().map(|place| place.watch(Content::from(vec![b'a'; LARGE]))));
    for place in &taken {
        drop(place.watch(large()));
    }
    assert!(is_wanted().iter().all(|is_wanted| !is_wanted));

    let [rest @ .., last] = &taken;
    let unread: Vec<_> = rest.iter().skip(1).map(|place| place.watch(large())).collect();
    assert!(is_wanted().iter().all(|is_wanted| !is_wanted));
    let one_more = last.watch(large());
    assert_eq!(is_wanted().iter().position(|is_wanted| *is_wanted), Some(1));
    drop((unread, one_more));
}
