//! What a call costs in memory once the first ones have been: nothing.

use obskit::config::Clock;
use obskit::context::Outcome;
use obskit::{Classify, Label, instrument_dependency, instrument_endpoint};
use obskit_tests::lab::Lab;
use std::future::poll_fn;
use std::iter;
use std::pin::pin;

use crate::read::{series, telemetry};

#[derive(Clone, Copy, Label)]
enum Day {
    Push,
    Pull,
}

struct Judged(Outcome);

impl Classify for Judged {
    fn classify(&self) -> Outcome {
        self.0
    }
}

struct Workout {
    day: Day,
    place: String,
}

#[instrument_endpoint(
    counter(co_days_total, "Days", labels(day = workout.day, known = true), when = success),
    counter(co_places_total, "Places", labels(place = workout.place), limit = 10),
    counter(co_sets_total, "Sets", by = sets),
    histogram(
        co_kg,
        "Weights",
        value = result.as_ref().map_or(0.0, |kg| *kg),
        labels(day = workout.day),
    ),
    slow = "10s",
    slo(availability = 99.0),
)]
async fn complete(workout: &Workout, sets: u32, fails: bool) -> Result<f64, Judged> {
    let found = fetch(sets);
    tokio::task::yield_now().await;
    if fails { Err(Judged(Outcome::ClientError)) } else { Ok(f64::from(found) * 1.5) }
}

#[instrument_dependency("co_store", slow = "10s")]
fn fetch(sets: u32) -> u32 {
    sets + 1
}

/// R34: no allocation, by whichever telemetry the call is counted.
#[tokio::test]
async fn calls_allocate_nothing() {
    let (one, other) = (telemetry(), telemetry());
    let workouts = [Day::Push, Day::Pull].map(|day| Workout { day, place: "Köln".to_owned() });
    for telemetry in [&one, &other] {
        telemetry.scope(allocates_nothing(&workouts)).await;
    }
    // A bucket that is met for the first time makes room for its exemplar.
    let lab = Lab::new(|config| config.clock = Clock::manual());
    lab.call(|| allocates_nothing(&workouts)).await;
}

/// Calls 1,000 times, and measures the last 900.
async fn allocates_nothing(workouts: &[Workout]) {
    for round in 0..1_000 {
        let mut call = pin!(complete(&workouts[round % 2], 3, round % 7 == 0));
        let made = poll_fn(|cx| {
            let mut ready = false;
            let made = allocation_counter::measure(|| {
                ready = call.as_mut().poll(cx).is_ready() || call.as_mut().poll(cx).is_ready();
            });
            assert!(ready, "two polls are enough");
            std::task::Poll::Ready(made)
        })
        .await;
        assert!(round < 100 || made.count_total == 0, "{round}: {made:?}");
    }
}

#[instrument_endpoint(counter(co_visits_total, "Visits", labels(place = place), limit = 1))]
fn visit(place: &str) -> usize {
    place.len()
}

#[test]
fn a_text_past_the_limit_allocates_nothing() {
    let telemetry = telemetry();
    // The first of those past the limit are looked at, and a few are kept for the operator.
    let looked_at = (0..64).map(|number| format!("place {number}"));
    let places = iter::once("Köln".to_owned()).chain(looked_at).chain(["Rome".to_owned()]);
    let made = telemetry.sync_scope(|| {
        let measure = |place: String| {
            allocation_counter::measure(|| {
                visit(&place);
            })
        };
        places.map(measure).collect::<Vec<_>>()
    });
    assert!(made[0].count_total > 0, "its series is made");
    assert_eq!(made[65].count_total, 0, "{:?}", made[65]);
    assert_eq!(series(&telemetry, "co_visits_total"), ["Köln=1", "overflow=65"]);
}
