//! Calls from their beginning to whatever ends them.

use super::{in_flight, instrument, lines, outcomes};
use obskit::Telemetry;
use obskit::config::Config;
use obskit::context::RequestContext;
use obskit_tests::lab::Lab;
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn telemetry() -> Telemetry {
    Telemetry::build(Config::default()).unwrap()
}

fn poll_once(future: impl Future) {
    let polled = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
}

async fn waits() {
    instrument!(endpoint("waits"), ServerErrors, (), pending::<()>());
}

async fn panics() {
    instrument!(endpoint("panics"), ServerErrors, (), async { panic!("on purpose") });
}

async fn yields(times: u32) -> u32 {
    let mut left = times;
    let body = poll_fn(move |_| {
        say();
        if left == 0 {
            return Poll::Ready(times);
        }
        left -= 1;
        Poll::Pending
    });
    instrument!(endpoint("yields"), ServerErrors, u32, body)
}

fn say() {
    tracing::info!(target: "says", "here");
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn a_call_is_in_flight_until_it_is_dropped() {
    let telemetry = telemetry();
    assert_eq!(in_flight(&telemetry, "waits"), 0);
    let mut waiting = Box::pin(is_send(telemetry.scope(waits())));
    assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(in_flight(&telemetry, "waits"), 1);
    drop(waiting);
    assert_eq!(
        (in_flight(&telemetry, "waits"), outcomes(&telemetry, "waits")),
        (0, vec![("cancelled", 1)])
    );
}

#[test]
fn a_panic_is_no_cancellation() {
    let telemetry = telemetry();
    let poll = || poll_once(telemetry.scope(panics()));
    catch_unwind(AssertUnwindSafe(poll)).unwrap_err();
    assert_eq!(outcomes(&telemetry, "panics"), [("panic", 1)]);
    assert_eq!(in_flight(&telemetry, "panics"), 0);
}

#[test]
fn what_waits_while_its_thread_panics_is_cancelled() {
    let telemetry = telemetry();
    let drop_waiting = || {
        let mut waiting = Box::pin(telemetry.scope(waits()));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        panic!("of somebody else");
    };
    catch_unwind(AssertUnwindSafe(drop_waiting)).unwrap_err();
    assert_eq!(outcomes(&telemetry, "waits"), [("cancelled", 1)]);
}

#[test]
fn without_a_telemetry_a_function_just_runs() {
    let mut future = pin!(yields(0));
    let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(polled, Poll::Ready(0));
}

#[tokio::test]
async fn telemetries_side_by_side_stay_apart() {
    let (one, other) = (telemetry(), telemetry());
    one.scope(async {
        yields(0).await;
        other.scope(yields(0)).await;
        yields(0).await;
    })
    .await;
    other.sync_scope(|| drop(yields(0)));
    assert_eq!(outcomes(&one, "yields"), [("success", 2)]);
    assert_eq!(outcomes(&other, "yields"), [("success", 1)]);
}

#[tokio::test]
async fn the_request_s_telemetry_comes_before_the_scope_s() {
    let (lab, other) = (Lab::new(|_| {}), telemetry());
    lab.call(|| other.scope(yields(0))).await;
    assert_eq!(outcomes(&lab.telemetry, "yields"), [("success", 1)]);
    assert_eq!(outcomes(&other, "yields"), []);
}

#[tokio::test]
async fn switched_off_nothing_is_counted() {
    let mut config = Config::default();
    config.disabled = true;
    let telemetry = Telemetry::build(config).unwrap();
    assert_eq!(telemetry.scope(yields(0)).await, 0);
    assert_eq!(outcomes(&telemetry, "yields"), []);
}

#[test]
fn each_poll_is_within_the_span_and_so_is_the_drop() {
    let lab = Lab::new(|_| {});
    lab.run(|| {
        let mut call = Box::pin(lab.telemetry.scope(in_a_span(7)));
        for _ in 0..2 {
            assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            say();
        }
    });
    let lines = lines(&lab, "says");
    let sets: Vec<_> = lines.iter().map(|line| line["metadata"]["sets"].as_u64()).collect();
    assert_eq!(sets, [Some(7), None, Some(7), None, Some(7)]);
}

struct SaysWhenDropped;

impl Drop for SaysWhenDropped {
    fn drop(&mut self) {
        say();
    }
}

async fn in_a_span(sets: u32) {
    use obskit::__private as private;
    static SITE: private::Site = private::Site::new(private::Declaration::endpoint(
        "in_a_span",
        private::here!("in_a_span"),
    ));
    private::submit!(SITE);
    let mut call = private::Call::begin(&SITE, || private::tracing::info_span!("in_a_span", sets));
    let dropped = SaysWhenDropped;
    let body = poll_fn(move |_| {
        let _ = &dropped;
        say();
        Poll::Pending::<()>
    });
    call.watch(body).await;
}

/// The most that an attribute expands to, around a sync function that gives back what it was lent.
fn lends<'a>(sets: &'a mut [u32], user: &str) -> Option<&'a mut u32> {
    use obskit::__private as private;
    static SITE: private::Site = private::Site::new(
        private::Declaration::endpoint("lends", private::here!("lends")).metrics(&[
            private::DeclaredMetric::counter("mo_lent_total", "Lent.").labels(&["heavy"], || {
                private::domains(|| {
                    let sets: &mut [u32] = private::never();
                    (private::domain(&(sets.len() > 3)),)
                })
            }),
            private::DeclaredMetric::counter("mo_lent_to_total", "Lent.")
                .labels(&["user"], || {
                    private::domains(|| {
                        let user: &str = private::never();
                        (private::domain_or_text!(user),)
                    })
                })
                .limit(10),
            private::DeclaredMetric::histogram("mo_lent_kg", "Lent.").buckets(&[20.0, 40.0]),
        ]),
    );
    private::submit!(SITE);
    let mut call = private::Call::begin(&SITE, || private::tracing::info_span!("lends"));
    private::tell_user!(call, user);
    let labelling = call.labelling();
    let series0 = labelling.series(0, &(private::label(&(sets.len() > 3)),));
    let series1 = labelling.series(1, &(private::label_or_text!(format!("user {user}")),));
    let returned = call.run(move || {
        if false {
            return private::never::<Option<&'a mut u32>>();
        }
        sets.first_mut()
    });
    {
        let result = &returned;
        let verdict = private::verdict!(returned).error_if(result.is_none());
        let ending = call.end(verdict, |failure| private::tell_failure!("lends", failure));
        if ending.is_success() {
            ending.count(0, &series0, 1_u64);
        }
        ending.count(1, &series1, -3);
        ending.count(1, &series1, 5_u8);
        ending.observe(
            2,
            &private::Series::NONE,
            result.as_ref().map_or(0.5, |kg| f64::from(**kg)),
        );
    }
    returned
}

#[tokio::test]
async fn a_sync_function_gives_back_what_it_was_lent() {
    let lab = Lab::new(|_| {});
    let text = lab.telemetry.metrics().text();
    for series in [r#"mo_lent_total{heavy="false"} 0"#, r#"mo_lent_total{heavy="true"} 0"#] {
        assert!(text.contains(series), "{series} in {text}");
    }
    let (mut sets, mut none) = ([30, 1, 2, 3], []);
    let user = lab.request(|| {
        *lends(&mut sets, "Ada").unwrap() += 5;
        assert!(lends(&mut none, "Grace").is_none());
        RequestContext::current().unwrap().user().map(str::to_owned)
    });
    assert_eq!(user.await.as_deref(), Some("Ada"));
    assert_eq!(sets[0], 35);
    let text = lab.telemetry.metrics().text();
    for series in [
        r#"mo_lent_total{heavy="false"} 0"#,
        r#"mo_lent_total{heavy="true"} 1"#,
        r#"mo_lent_to_total{user="user Ada"} 5"#,
        r#"mo_lent_to_total{user="user Grace"} 5"#,
        r#"mo_lent_kg_bucket{le="20.0"} 1"#,
        "mo_lent_kg_sum 30.5",
    ] {
        assert!(text.contains(series), "{series} in {text}");
    }
}
