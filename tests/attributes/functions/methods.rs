//! Methods by their receiver, of plain and generic types.

use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use obskit::{Label, instrument_endpoint};

use super::{called, ran};
use crate::read::{handler, series, telemetry};

struct Rack {
    plates: u32,
    kind: Kind,
}

#[derive(Clone, Copy, Label)]
enum Kind {
    Squat,
    Bench,
}

impl Rack {
    const START: u32 = 20;

    fn new() -> Self {
        Self { plates: Self::START, kind: Kind::Bench }
    }

    #[instrument_endpoint(name = "rack_shared")]
    async fn shared(&self, more: u32) -> u32 {
        self.plates + more
    }

    #[instrument_endpoint(name = "rack_exclusive")]
    async fn exclusive(&mut self, more: u32) -> &mut Self {
        tokio::task::yield_now().await;
        self.plates += more;
        self
    }

    #[instrument_endpoint(name = "rack_owned")]
    async fn owned(self) -> u32 {
        self.plates
    }

    #[instrument_endpoint(name = "rack_owned_mut")]
    async fn owned_mut(mut self) -> Self {
        self.plates = 0;
        self
    }

    #[instrument_endpoint(name = "rack_arc")]
    async fn arc(self: Arc<Self>) -> u32 {
        tokio::task::yield_now().await;
        self.plates
    }

    #[instrument_endpoint(name = "rack_borrowed_arc")]
    async fn borrowed_arc(self: &Arc<Self>) -> usize {
        Arc::strong_count(self)
    }

    #[instrument_endpoint(name = "rack_boxed")]
    async fn boxed(self: Box<Self>) -> u32 {
        self.plates
    }

    #[instrument_endpoint(name = "rack_pinned")]
    async fn pinned(self: Pin<&mut Self>) -> u32 {
        self.plates
    }

    #[instrument_endpoint(name = "rack_rc")]
    fn rc(self: Rc<Self>) -> u32 {
        self.plates
    }

    #[instrument_endpoint(name = "rack_plates_mut")]
    fn plates_mut(&mut self) -> &mut u32 {
        &mut self.plates
    }

    #[instrument_endpoint(name = "rack_associated")]
    async fn associated(plates: u32) -> Self {
        Self { plates, kind: Kind::Squat }
    }

    #[instrument_endpoint(
        name = "rack_counted",
        counter(mo_racks_total, "Racks", labels(kind: Kind = self.kind), by = self.plates),
    )]
    async fn counted(&mut self) {
        // The label is that of the call's beginning.
        self.kind = Kind::Squat;
    }
}

#[tokio::test]
async fn receivers() {
    let mut rack = Rack::new();
    assert_eq!(called("rack_shared", "success=1", rack.shared(1)).await, 21);
    called("rack_exclusive", "success=1", rack.exclusive(5)).await.plates += 1;
    assert_eq!(called("rack_owned", "success=1", rack.owned()).await, 26);
    assert_eq!(called("rack_owned_mut", "success=1", Rack::new().owned_mut()).await.plates, 0);
    let shared = Arc::new(Rack::new());
    assert_eq!(called("rack_borrowed_arc", "success=1", shared.borrowed_arc()).await, 1);
    assert_eq!(called("rack_arc", "success=1", Arc::clone(&shared).arc()).await, 20);
    assert_eq!(called("rack_boxed", "success=1", Box::new(Rack::new()).boxed()).await, 20);
    let mut rack = Rack::new();
    assert_eq!(called("rack_pinned", "success=1", Pin::new(&mut rack).pinned()).await, 20);
    assert_eq!(ran("rack_rc", "success=1", || Rc::new(Rack::new()).rc()), 20);
    *ran("rack_plates_mut", "success=1", || rack.plates_mut()) += 4;
    assert_eq!(rack.plates, 24);
    assert_eq!(called("rack_associated", "success=1", Rack::associated(3)).await.plates, 3);
}

/// A label of `self` whose type is said has its series beforehand.
#[tokio::test]
async fn labels_of_the_receiver() {
    let telemetry = telemetry();
    assert_eq!(series(&telemetry, "mo_racks_total"), ["squat=0", "bench=0"]);
    let mut rack = Rack::new();
    telemetry.scope(rack.counted()).await;
    assert_eq!(series(&telemetry, "mo_racks_total"), ["squat=0", "bench=20"]);
    telemetry.scope(rack.counted()).await;
    assert_eq!(series(&telemetry, "mo_racks_total"), ["squat=20", "bench=20"]);
    handler(&telemetry, "rack_counted", "success=2");
}

struct Cache<T, const N: usize> {
    kept: Vec<T>,
}

impl<T: Clone + PartialEq, const N: usize> Cache<T, N> {
    #[instrument_endpoint(name = "cache_keep")]
    async fn keep<U>(&mut self, value: U) -> Option<&T>
    where
        U: Into<T>,
    {
        if self.kept.len() == N {
            return None;
        }
        self.kept.push(value.into());
        self.kept.last()
    }

    #[instrument_endpoint(name = "cache_first")]
    fn first(&self) -> Option<&T> {
        self.kept.first()
    }
}

struct Plan<Exercise> {
    all: Vec<Exercise>,
}

impl<Exercise: Copy + Into<Kind>> Plan<Exercise> {
    #[instrument_endpoint(
        name = "plan_add",
        counter(mo_exercises_total, "Exercises", labels(kind: Kind = exercise.into())),
    )]
    fn add(&mut self, exercise: Exercise) -> usize {
        self.all.push(exercise);
        self.all.len()
    }
}

#[test]
fn labels_of_generic_types() {
    let telemetry = telemetry();
    let mut plan = Plan { all: Vec::<Kind>::new() };
    assert_eq!(telemetry.sync_scope(|| plan.add(Kind::Squat)), 1);
    assert_eq!(series(&telemetry, "mo_exercises_total"), ["squat=1", "bench=0"]);
}

#[tokio::test]
async fn generic_types() {
    let mut cache = Cache::<String, 1> { kept: Vec::new() };
    let kept = called("cache_keep", "success=1", cache.keep("squat")).await;
    assert_eq!(kept.map(String::as_str), Some("squat"));
    assert!(called("cache_keep", "success=1", cache.keep("bench")).await.is_none());
    assert_eq!(ran("cache_first", "success=1", || cache.first()).unwrap(), "squat");
}
