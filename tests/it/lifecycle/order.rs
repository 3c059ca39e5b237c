//! Any order of what can happen to a request, at the level of tower: one exchange (R2), one line.

use super::case::Reply;
use crate::logging::exchange;
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body::Body;
use obskit::Telemetry;
use obskit::context::Outcome;
use obskit::testing::Exchanges;
use obskit_tests::lines::Lines;
use obskit_tests::samples::in_flight;
use obskit_tests::scripted::{Scripted, Step};
use obskit_tests::settings;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tower::{BoxError, Layer, Service, service_fn};

/// What the service's future does at a poll.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Wait,
    Panic,
    Fail,
}

#[derive(Clone, Debug)]
struct Plan {
    method: Method,
    turns: Vec<Turn>,
    /// What the future comes to after its turns.
    reply: Reply,
    /// Whether `call` panics.
    panics_in_call: bool,
    /// How often future and body are polled, in all, before they are dropped.
    polls: usize,
}

fn plans() -> impl Strategy<Value = Plan> {
    let turn = prop_oneof![8 => Just(Turn::Wait), 1 => Just(Turn::Panic), 1 => Just(Turn::Fail)];
    let method = prop_oneof![4 => Just(Method::GET), 1 => Just(Method::HEAD)];
    let turns = prop::collection::vec(turn, 0..4);
    let call = prop::bool::weighted(0.05);
    (method, turns, replies(), call, 0..12_usize).prop_map(
        |(method, turns, reply, panics_in_call, polls)| Plan {
            method,
            turns,
            reply,
            panics_in_call,
            polls,
        },
    )
}

fn replies() -> impl Strategy<Value = Reply> {
    let step = prop_oneof![
        6 => prop::sample::select(&["", "a", "bc", "def"][..]).prop_map(Step::Data),
        3 => Just(Step::Yield),
        1 => Just(Step::Hang),
        1 => Just(Step::Trailer("x-sum", "1")),
        1 => Just(Step::Fail),
        1 => Just(Step::Panic),
    ];
    let status = prop::sample::select(&[200, 204, 304, 404, 503][..]);
    let length = prop::option::weighted(0.3, 0..6_u64);
    let steps = prop::collection::vec(step, 0..6);
    (status, length, any::<bool>(), steps).prop_map(|(status, length, knows_end, steps)| Reply {
        status,
        steps,
        length,
        knows_end,
        ..Reply::default()
    })
}

#[test]
fn one_exchange_whatever_happens() {
    let (telemetry, exchanges, lines) = build();
    let all = RefCell::new(Vec::new());
    for_all(2_000, &plans(), |plan| {
        run(&plan, &telemetry);
        let ended = exchanges.drain();
        prop_assert_eq!(ended.len(), 1, "{:?}", ended);
        prop_assert_eq!(ended[0].outcome, plan.outcome());
        all.borrow_mut().extend(ended);
        Ok(())
    });
    assert!(in_flight(&telemetry) == 0);
    let (all, mut lines) = (all.into_inner(), lines.take(&telemetry));
    assert_eq!(lines.len(), all.len());
    for ended in &all {
        let id = ended.context.request_id().to_string();
        let at = lines.iter().position(|line| line["requestId"] == id.as_str());
        exchange::check(&lines.swap_remove(at.expect("a line of its own")), ended, &id);
    }
}

#[test]
fn requests_that_interleave_are_told_apart() {
    let (telemetry, exchanges, _) = build();
    for_all(100, &prop::collection::vec(plans(), 2..6), |plans| {
        let mut expected: Vec<_> = plans.iter().map(|plan| plan.outcome().as_str()).collect();
        interleave(&plans, &telemetry);
        let ended = exchanges.drain();
        let mut found: Vec<_> = ended.iter().map(|ended| ended.outcome.as_str()).collect();
        expected.sort_unstable();
        found.sort_unstable();
        prop_assert_eq!(found, expected);
        Ok(())
    });
}

/// One telemetry for all cases, so that what one leaves behind is seen in the next.
fn build() -> (Telemetry, Exchanges, Lines) {
    let lines = Lines::default();
    let mut config = settings::local();
    config.logs.output = lines.output();
    // The gauge is read often.
    (config.metrics.collect_process, config.metrics.collect_runtime) = (false, false);
    let (telemetry, exchanges) = Telemetry::build_captured(config).unwrap();
    // Starts what writes; the request's own line is no event.
    let _layer = telemetry.tracing_layer().unwrap();
    (telemetry, exchanges, lines)
}

fn for_all<S: Strategy>(
    cases: u32,
    strategy: &S,
    check: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(strategy, check).unwrap();
}

fn run(plan: &Plan, telemetry: &Telemetry) {
    let mut driven = Driven::new(plan, telemetry);
    for _ in 0..plan.polls {
        driven.poll();
    }
}

/// Polls all in turn; the gauge is what is not dropped yet, at every moment.
fn interleave(plans: &[Plan], telemetry: &Telemetry) {
    let mut driven: VecDeque<_> =
        plans.iter().map(|plan| (plan.polls, Driven::new(plan, telemetry))).collect();
    while let Some((polls, mut one)) = driven.pop_front() {
        if polls > 0 {
            one.poll();
            driven.push_back((polls - 1, one));
        } else {
            drop(one);
        }
        let gauge = usize::try_from(in_flight(telemetry)).unwrap();
        assert!(gauge <= driven.len(), "{gauge} of {}", driven.len());
    }
    assert!(in_flight(telemetry) == 0);
}

type AnyFuture = Pin<Box<dyn Future<Output = Result<Response<AnyBody>, BoxError>>>>;
type AnyBody = Pin<Box<dyn Body<Data = Bytes, Error = BoxError>>>;

/// A request as a server drives it, with panics caught by whoever polls.
enum Driven {
    Future(AnyFuture),
    Body(AnyBody),
    /// Everything is dropped.
    Over,
}

impl Driven {
    fn new(plan: &Plan, telemetry: &Telemetry) -> Self {
        let layer = telemetry.layer().route(&plan.method, "/");
        let plan = plan.clone();
        let request = Request::builder().method(plan.method.clone()).uri("/").body(()).unwrap();
        let mut service = layer.layer(service_fn(move |_: Request<()>| handle(plan.clone())));
        let called = catch_unwind(AssertUnwindSafe(|| service.call(request)));
        let Ok(future) = called else { return Self::Over };
        Self::Future(Box::pin(async { Ok(future.await?.map(|body| Box::pin(body) as AnyBody)) }))
    }

    fn poll(&mut self) {
        let polled = catch_unwind(AssertUnwindSafe(|| self.poll_uncaught()));
        if polled.is_err() {
            *self = Self::Over;
        }
    }

    fn poll_uncaught(&mut self) {
        let mut cx = Context::from_waker(Waker::noop());
        match self {
            Self::Future(future) => match future.as_mut().poll(&mut cx) {
                Poll::Pending => {}
                Poll::Ready(Ok(response)) => *self = Self::Body(response.into_body()),
                Poll::Ready(Err(_)) => *self = Self::Over,
            },
            Self::Body(body) => match body.as_mut().poll_frame(&mut cx) {
                Poll::Pending | Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(None | Some(Err(_))) => *self = Self::Over,
            },
            Self::Over => {}
        }
    }
}

fn handle(plan: Plan) -> impl Future<Output = Result<Response<Scripted>, BoxError>> {
    if plan.panics_in_call {
        resume_unwind(Box::new("as planned"));
    }
    async move {
        for turn in &plan.turns {
            match turn {
                Turn::Wait => yield_once().await,
                Turn::Panic => resume_unwind(Box::new("as planned")),
                Turn::Fail => return Err("as planned".into()),
            }
        }
        let Reply { status, steps, length, knows_end, .. } = plan.reply;
        let body = Scripted::new(steps).with_length(length).knowing_its_end(knows_end);
        Ok(Response::builder().status(status).body(body).unwrap())
    }
}

async fn yield_once() {
    let mut waited = false;
    poll_fn(|_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending })
        .await;
}

/// The contract, once more and from the outside: what the plan ends in.
impl Plan {
    fn outcome(&self) -> Outcome {
        if self.panics_in_call {
            return Outcome::Panicked;
        }
        let mut polls = self.polls;
        for turn in self.turns.iter().map(Some).chain([None]) {
            if polls == 0 {
                return Outcome::Cancelled;
            }
            match turn {
                Some(Turn::Wait) => polls -= 1,
                Some(Turn::Panic) => return Outcome::Panicked,
                Some(Turn::Fail) => return Outcome::ServerError,
                None => {}
            }
        }
        self.reply.outcome(&self.method, polls - 1)
    }
}

impl Reply {
    fn outcome(&self, method: &Method, polls: usize) -> Outcome {
        let answer = Outcome::of_http(self.status);
        let bodiless = *method == Method::HEAD || [204, 304].contains(&self.status);
        let known_empty = self.length == Some(0) || self.knows_end && self.steps.is_empty();
        if bodiless || known_empty {
            return answer;
        }
        let mut sent = 0;
        // The end of the body is a step too, and a hanging body stays at its step.
        for at in 0..polls.min(self.steps.len() + 1) {
            if let Some(Step::Data(text)) = self.steps.get(at) {
                sent += text.len() as u64;
            }
            if let Some(end) = self.end_at(at, sent) {
                return end;
            }
        }
        Outcome::Cancelled
    }

    /// What the body's step ends the exchange in, `sent` bytes included those of the step.
    fn end_at(&self, at: usize, sent: u64) -> Option<Outcome> {
        let answer = Outcome::of_http(self.status);
        let reached = self.length.is_some_and(|length| sent >= length);
        let whole = if reached || self.length.is_none() { answer } else { Outcome::BodyError };
        let last = self.knows_end && at + 1 == self.steps.len();
        match self.steps.get(at) {
            None | Some(Step::Trailer(..)) => Some(whole),
            Some(Step::Hang) => Some(Outcome::Cancelled),
            Some(Step::Fail) => Some(Outcome::BodyError),
            Some(Step::Panic) => Some(Outcome::Panicked),
            Some(Step::Yield) => None,
            Some(Step::Data(_)) => (reached || last).then_some(whole),
        }
    }
}
