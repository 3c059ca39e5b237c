//! Calls under way, whatever the order in which they are polled and dropped.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;

use obskit::{Telemetry, instrument_endpoint};
use obskit_tests::recorded::{handler, in_flight, telemetry};
use proptest::prelude::*;

/// Waits `times` times.
#[instrument_endpoint]
async fn stepping(times: u32) {
    let mut left = times;
    poll_fn(|_| {
        let ready = left == 0;
        left = left.saturating_sub(1);
        if ready { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

type Stepping<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// What was done so far, and what is still there.
struct Calls<'a> {
    telemetry: &'a Telemetry,
    /// Each with whether it was polled.
    alive: [Option<(bool, Stepping<'a>)>; PLACES],
    begun: i64,
    ended: i64,
    cancelled: i64,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Make,
    Poll,
    Drop,
}

const PLACES: usize = 8;

impl Calls<'_> {
    fn step(&mut self, place: usize, step: Step) {
        match (step, self.alive[place].take()) {
            (Step::Make, before) => {
                self.cancelled += i64::from(before.is_some_and(|(begun, _)| begun));
                let future = Box::pin(self.telemetry.scope(stepping(2)));
                self.alive[place] = Some((false, future));
            }
            (Step::Poll, Some((begun, mut future))) => {
                self.begun += i64::from(!begun);
                if poll(&mut future).is_ready() {
                    self.ended += 1;
                } else {
                    self.alive[place] = Some((true, future));
                }
            }
            (Step::Drop, Some((begun, _))) => self.cancelled += i64::from(begun),
            (_, None) => {}
        }
    }

    /// What is to be recorded once all have been dropped.
    fn told(mut self) -> String {
        (0..PLACES).for_each(|place| self.step(place, Step::Drop));
        let told = [("success", self.ended), ("cancelled", self.cancelled)];
        let told = told.iter().filter(|(_, calls)| *calls > 0);
        told.map(|(outcome, calls)| format!("{outcome}={calls}")).collect::<Vec<_>>().join(" ")
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// R2: each call ends once.
    #[test]
    fn each_call_is_under_way_from_its_first_poll_to_its_end(
        steps in prop::collection::vec(
            (0..PLACES, prop::sample::select(vec![Step::Make, Step::Poll, Step::Poll, Step::Drop])),
            1..60,
        )
    ) {
        let telemetry = telemetry();
        let (begun, ended, cancelled) = (0, 0, 0);
        let alive = [const { None }; PLACES];
        let mut calls = Calls { telemetry: &telemetry, alive, begun, ended, cancelled };
        for (place, step) in steps {
            calls.step(place, step);
            let under_way = calls.begun - calls.ended - calls.cancelled;
            prop_assert_eq!(in_flight(&telemetry, "stepping"), under_way);
        }
        let told = calls.told();
        handler(&telemetry, "stepping", &told);
    }
}

/// R2: two threads begin and drop, another one scrapes.
#[test]
fn in_flight_is_never_negative() {
    const ROUNDS: u32 = 20_000;
    let telemetry = telemetry();
    let done = AtomicBool::new(false);
    let call = || {
        for round in 0..ROUNDS {
            let mut future = Box::pin(telemetry.scope(stepping(round % 3)));
            let _ = poll(&mut future);
        }
    };
    let scrape = || {
        while !done.load(Ordering::Relaxed) {
            let under_way = in_flight(&telemetry, "stepping");
            assert!((0..=2).contains(&under_way), "{under_way}");
        }
    };
    thread::scope(|scope| {
        let (calls, scraping) = ([scope.spawn(call), scope.spawn(call)], scope.spawn(scrape));
        let ended = calls.map(thread::ScopedJoinHandle::join);
        done.store(true, Ordering::Relaxed);
        ended.into_iter().chain([scraping.join()]).for_each(Result::unwrap);
    });
    let each = 2 * ROUNDS.div_ceil(3);
    let cancelled = 2 * ROUNDS - each;
    handler(&telemetry, "stepping", &format!("success={each} cancelled={cancelled}"));
}

fn poll<F: Future + ?Sized>(future: &mut Pin<Box<F>>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}
