//! Handles are cached at the call site, and telemetries stay apart all the same.

use std::sync::Barrier;
use std::thread;

use obskit::{Label, Telemetry, instrument_dependency, instrument_endpoint, instrument_job};
use obskit_tests::lab::Lab;

use obskit_tests::recorded::{dependency, handler, job, series, telemetry, telemetry_with};

#[derive(Clone, Copy, Label)]
enum Side {
    Left,
    Right,
}

#[instrument_endpoint(
    counter(te_sides_total, "Sides", labels(side = side)),
    histogram(te_sizes, "Sizes", value = kg, buckets = [10.0]),
)]
async fn lift(side: Side, kg: u32) -> u32 {
    tokio::task::yield_now().await;
    fetch(kg)
}

#[instrument_dependency("te_store")]
fn fetch(kg: u32) -> u32 {
    kg
}

#[instrument_job("te_job")]
async fn sweep() -> u32 {
    lift(Side::Right, 1).await
}

async fn lift_often(telemetry: &Telemetry, times: u32) {
    for kg in 0..times {
        telemetry.scope(lift(Side::Left, kg)).await;
    }
}

#[track_caller]
fn has(telemetry: &Telemetry, times: u32) {
    let success = if times == 0 { String::new() } else { format!("success={times}") };
    handler(telemetry, "lift", &success);
    dependency(telemetry, "te_store", "fetch", &success);
    assert_eq!(
        series(telemetry, "te_sides_total"),
        [format!("left={times}"), "right=0".to_owned()]
    );
    assert_eq!(series(telemetry, "te_sizes_count"), [times.to_string()]);
    let sum = times * times.saturating_sub(1) / 2;
    assert_eq!(series(telemetry, "te_sizes_sum"), [sum.to_string()]);
}

#[tokio::test]
async fn side_by_side() {
    let (one, other) = (telemetry(), telemetry());
    lift_often(&one, 3).await;
    lift_often(&other, 5).await;
    lift_often(&one, 4).await;
    handler(&one, "lift", "success=7");
    has(&other, 5);
    tokio::join!(lift_often(&other, 0), one.scope(other.scope(sweep())));
    job(&other, "te_job", "success=1");
    job(&one, "te_job", "");
}

/// The innermost scope counts, and a request's telemetry before any scope.
#[tokio::test]
async fn one_within_the_other() {
    let (lab, other) = (Lab::new(|_| {}), telemetry());
    lab.call(|| other.scope(lift(Side::Left, 0))).await;
    has(&lab.telemetry, 1);
    has(&other, 0);
    lab.telemetry.scope(other.scope(lift(Side::Left, 0))).await;
    has(&lab.telemetry, 1);
    has(&other, 1);
    other.scope(lab.call(|| lift(Side::Left, 1))).await;
    assert_eq!(series(&lab.telemetry, "te_sizes_count"), ["2"]);
    has(&other, 1);
}

/// A task is in no scope but its own.
#[tokio::test]
async fn tasks_take_their_scope_with_them() {
    let telemetry = telemetry();
    telemetry.scope(async { tokio::spawn(lift(Side::Left, 0)).await.unwrap() }).await;
    has(&telemetry, 0);
    tokio::spawn(telemetry.scope(lift(Side::Left, 0))).await.unwrap();
    has(&telemetry, 1);
    lift(Side::Left, 9).await;
    has(&telemetry, 1);
}

/// R35: a thousand at once, two threads, exact counts.
#[test]
fn a_thousand_telemetries_at_once() {
    const EACH: u32 = 500;
    const MOST: u32 = 5;
    let barrier = Barrier::new(2);
    let work = |thread: u32| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        barrier.wait();
        let all: Vec<_> = (0..EACH).map(|_| telemetry()).collect();
        let times = |n: u32| (n + thread) % MOST + 1;
        // By turns, so that no call site sees one telemetry twice in a row.
        for round in 0..MOST {
            let due = (0..).zip(&all).filter(|(n, _)| round < times(*n));
            for (_, telemetry) in due {
                runtime.block_on(telemetry.scope(lift(Side::Left, round)));
            }
        }
        (0..).zip(&all).for_each(|(n, telemetry)| has_lines(telemetry, times(n)));
    };
    thread::scope(|scope| {
        let threads = [scope.spawn(|| work(0)), scope.spawn(|| work(1))];
        threads.map(thread::ScopedJoinHandle::join).into_iter().for_each(Result::unwrap);
    });
}

/// As [`has`] of one scrape.
fn has_lines(telemetry: &Telemetry, times: u32) {
    let text = telemetry.metrics().text();
    for line in [
        format!("handler_calls_total{{handler=\"lift\",outcome=\"success\"}} {times}\n"),
        format!("handler_duration_seconds_count{{handler=\"lift\"}} {times}\n"),
        format!("te_sides_total{{side=\"left\"}} {times}\n"),
        format!("te_sizes_count {times}\n"),
        format!("te_sizes_sum {}\n", times * (times - 1) / 2),
    ] {
        assert!(text.contains(&line), "{line} in {text}");
    }
}

/// One telemetry from two threads.
#[test]
fn two_threads_lose_nothing() {
    const TIMES: u32 = 10_000;
    let telemetry = telemetry();
    let work = || telemetry.sync_scope(|| (0..TIMES).map(fetch).sum::<u32>());
    thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        let done: u32 = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(done, TIMES * (TIMES - 1));
    });
    dependency(&telemetry, "te_store", "fetch", &format!("success={}", 2 * TIMES));
}

/// Switched off, the functions run and nothing is counted.
#[tokio::test]
async fn disabled() {
    let telemetry = telemetry_with(|config| config.disabled = true);
    telemetry.scope(lift(Side::Left, 0)).await;
    has(&telemetry, 0);
}
