//! An exporter against a collector that answers as it is told, by a clock that is wound by hand.

use std::collections::VecDeque;
use std::future::pending;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, watch};
use tokio::time::{Duration, Instant, sleep};

use super::super::parcel::Parcel;
use super::*;
use crate::config::{Batch, Otlp};
use crate::ledger::{Ledger, Reason, Signal};

const BATCH: usize = 10;
const DELAY: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(10);

/// What a collector does.
#[derive(Clone, Copy, Debug)]
enum Act {
    Take,
    Reject(u64),
    Later(Option<u64>),
    Refuse,
    AtMost(usize),
    Hang,
    Panic,
}

#[derive(Default)]
struct Script {
    acts: Mutex<VecDeque<Act>>,
    /// When it was asked, and for how many.
    asked: Mutex<Vec<(Instant, usize)>>,
}

impl Transport for Script {
    type Request = usize;

    fn request(&self, parcel: &Parcel) -> usize {
        parcel.len()
    }

    async fn send(&self, count: usize) -> Answer {
        self.asked.lock().unwrap().push((Instant::now(), count));
        let trouble = || Trouble::new("the script says so", "");
        let act = self.acts.lock().unwrap().pop_front();
        match act.unwrap_or(Act::Take) {
            Act::AtMost(most) if count > most => Answer::TooLarge(trouble()),
            Act::Take | Act::AtMost(_) => Answer::Taken { rejected: 0, message: String::new() },
            Act::Reject(rejected) => Answer::Taken { rejected, message: String::new() },
            Act::Later(after) => {
                Answer::Later { after: after.map(Duration::from_secs), trouble: trouble() }
            }
            Act::Refuse => Answer::Refused(trouble()),
            Act::Hang => pending().await,
            Act::Panic => resume_unwind(Box::new("the script says so")),
        }
    }
}

/// A running exporter.
struct Stage {
    outlet: Outlet,
    script: Arc<Script>,
    ledger: Ledger,
    notices: Arc<AtomicUsize>,
    start: Instant,
    stop: watch::Sender<Option<Instant>>,
    idle: mpsc::Receiver<()>,
}

impl Stage {
    fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        Self::with(Batch { batch_size: BATCH, queue_size: 100, ..Batch::with_delay(DELAY) }, acts)
    }

    fn with(batch: Batch, acts: impl IntoIterator<Item = Act>) -> Self {
        let ledger = Ledger::default();
        let outlet = Outlet::new(Signal::Span, batch, ledger.clone());
        let script = Arc::new(Script::default());
        script.acts.lock().unwrap().extend(acts);
        let notices = Arc::new(AtomicUsize::new(0));
        let told = Arc::clone(&notices);
        let tell: crate::export::Tell = Arc::new(move |_| {
            told.fetch_add(1, Ordering::Relaxed);
        });
        let otlp = Otlp::default();
        let url = otlp.url(crate::config::Signal::Traces);
        let way = Way {
            outlet: outlet.clone(),
            transport: Arc::clone(&script),
            timeout: TIMEOUT,
            notices: outlet.notices(tell, &url, &otlp),
        };
        let (stop, stopping) = watch::channel(None);
        let (busy, idle) = mpsc::channel(1);
        let lifeline = Lifeline::new(stopping, busy);
        let exporter = Exporter::new(way, lifeline.clone());
        tokio::spawn(ward::run(outlet.clone(), exporter, lifeline));
        let start = Instant::now();
        Self { outlet, script, ledger, notices, start, stop, idle }
    }

    fn push(&self, count: usize) {
        (0..count).for_each(|_| self.outlet.push(b"a span"));
    }

    /// When the collector was asked, in whole seconds, and for how many.
    fn asked(&self) -> Vec<(u64, usize)> {
        let asked = self.script.asked.lock().unwrap();
        asked.iter().map(|(at, count)| ((*at - self.start).as_secs(), *count)).collect()
    }

    async fn end(&mut self, within: Duration) {
        self.stop.send_replace(Some(Instant::now() + within));
        assert_eq!(self.idle.recv().await, None);
    }

    fn dropped(&self, reason: Reason) -> u64 {
        let counts = self.ledger.iter();
        let mut ours = counts.filter(|(signal, why, _)| (*signal, *why) == (Signal::Span, reason));
        ours.next().unwrap().2
    }

    /// Accepted, delivered, failed, rejected, full, closed; what is none of them waits.
    fn sums(&self) -> [u64; 6] {
        let account = self.ledger.account(Signal::Span);
        let [failed, rejected, full, closed] =
            [Reason::Failed, Reason::Rejected, Reason::Full, Reason::Closed]
                .map(|reason| self.dropped(reason));
        [account.accepted, account.delivered, failed, rejected, full, closed]
    }

    fn notices(&self) -> usize {
        self.notices.load(Ordering::Relaxed)
    }
}

async fn wait(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_full_parcel_goes_at_once_and_others_after_the_delay() {
    let stage = Stage::new([]);
    stage.push(BATCH - 1);
    wait(4).await;
    assert_eq!(stage.asked(), []);
    wait(2).await;
    assert_eq!(stage.asked(), [(5, BATCH - 1)]);
    stage.push(2 * BATCH + 3);
    wait(1).await;
    assert_eq!(stage.asked()[1..], [(6, BATCH), (6, BATCH)]);
    wait(10).await;
    assert_eq!(stage.asked()[3..], [(11, 3)]);
    assert_eq!(stage.sums(), [32, 32, 0, 0, 0, 0]);
    assert_eq!(stage.notices(), 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_of_nothing() {
    let mut stage = Stage::new([]);
    wait(60).await;
    stage.end(TIMEOUT).await;
    assert_eq!(stage.asked(), []);
}

#[tokio::test(start_paused = true)]
async fn failures_are_tried_again_ever_later_until_the_time_is_over() {
    let mut stage = Stage::new([Act::Later(None); 40]);
    stage.push(BATCH);
    wait(31).await;
    let asked = stage.script.asked.lock().unwrap().clone();
    // After 1, 2, 4, 8 and 16 seconds, each three to five quarters of that, and 30 seconds at most.
    assert!((5..=6).contains(&asked.len()), "{asked:?}");
    let pauses = asked.windows(2).map(|pair| pair[1].0 - pair[0].0);
    for (pause, longest) in pauses.zip([1.25, 2.5, 5.0, 10.0, 20.0]) {
        let range =
            Duration::from_secs_f64(longest * 0.6)..=Duration::from_secs_f64(longest + 0.01);
        assert!(range.contains(&pause), "{asked:?}");
    }
    assert_eq!(stage.sums(), [10, 0, 10, 0, 0, 0]);
    assert_eq!(stage.notices(), 1, "it is told once");
    assert_eq!(stage.outlet.standing().trouble.unwrap().why, "the script says so");
    // What comes next begins at once.
    stage.push(BATCH);
    wait(40).await;
    assert_eq!(stage.sums(), [20, 0, 20, 0, 0, 0]);
    assert_eq!(stage.notices(), 1);
    stage.script.acts.lock().unwrap().clear();
    stage.push(BATCH);
    wait(1).await;
    assert_eq!(stage.sums(), [30, 10, 20, 0, 0, 0]);
    assert_eq!(stage.notices(), 2, "and once that it works again");
    assert_eq!(stage.outlet.standing().trouble, None);
    stage.end(TIMEOUT).await;
}

#[tokio::test(start_paused = true)]
async fn one_failure_is_not_told() {
    let stage = Stage::new([Act::Later(None)]);
    stage.push(BATCH);
    wait(5).await;
    assert_eq!(stage.sums(), [10, 10, 0, 0, 0, 0]);
    assert_eq!(stage.notices(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_asks_for_time_gets_it() {
    let stage = Stage::new([Act::Later(Some(20))]);
    stage.push(BATCH);
    wait(1).await;
    stage.push(BATCH);
    drop(stage.outlet.flush());
    wait(30).await;
    assert_eq!(stage.asked(), [(0, BATCH), (20, BATCH), (20, BATCH)]);
    assert_eq!(stage.sums(), [20, 20, 0, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_wait_so_long_is_lost_and_the_next_waits_all_the_same() {
    let stage = Stage::new([Act::Later(Some(100))]);
    stage.push(BATCH);
    wait(1).await;
    assert_eq!(stage.sums(), [10, 0, 10, 0, 0, 0]);
    stage.push(BATCH);
    wait(40).await;
    stage.push(BATCH);
    wait(80).await;
    assert_eq!(stage.asked(), [(0, BATCH), (100, BATCH), (100, BATCH)]);
    assert_eq!(stage.sums(), [30, 20, 10, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn nobody_may_ask_for_an_hour() {
    let stage = Stage::new([Act::Later(Some(u64::MAX))]);
    stage.push(BATCH);
    wait(1).await;
    stage.push(BATCH);
    wait(310).await;
    assert_eq!(stage.asked(), [(0, BATCH), (300, BATCH)]);
}

#[tokio::test(start_paused = true)]
async fn a_collector_that_asks_for_no_time_is_not_pressed() {
    let stage = Stage::new([Act::Later(Some(0)); 1_000]);
    stage.push(BATCH);
    wait(60).await;
    assert!((20..=31).contains(&stage.asked().len()), "{:?}", stage.asked());
    assert_eq!(stage.sums(), [10, 0, 10, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn times_without_end_are_taken_for_such() {
    let endless = Duration::MAX;
    let batch = Batch { export_timeout: endless, ..Batch::with_delay(endless) };
    let mut stage = Stage::with(batch, [Act::Later(None)]);
    stage.push(1);
    drop(stage.outlet.flush());
    wait(60).await;
    assert_eq!(stage.sums(), [1, 1, 0, 0, 0, 0]);
    assert_eq!(stage.outlet.standing().restarts, 0);
    stage.end(TIMEOUT).await;
}

#[tokio::test(start_paused = true)]
async fn what_hangs_is_given_up_and_tried_again() {
    let stage = Stage::new([Act::Hang]);
    stage.push(BATCH);
    wait(9).await;
    assert_eq!(stage.asked(), [(0, BATCH)]);
    wait(3).await;
    assert_eq!(stage.sums(), [10, 10, 0, 0, 0, 0]);
    let trouble = stage.outlet.standing().trouble;
    assert_eq!(trouble, None);
}

#[tokio::test(start_paused = true)]
async fn refusals_and_partial_successes_are_counted() {
    let stage = Stage::new([Act::Refuse, Act::Reject(4), Act::Reject(99), Act::Take]);
    for _ in 0..4 {
        stage.push(BATCH);
        wait(1).await;
    }
    assert_eq!(stage.sums(), [40, 16, 0, 24, 0, 0]);
    // That it fails, that it works again, and that some are rejected, which is told once.
    assert_eq!(stage.notices(), 3);
    assert_eq!(stage.asked().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_too_large_goes_in_parts() {
    let stage = Stage::new([Act::AtMost(3); 40]);
    stage.push(BATCH);
    wait(1).await;
    assert_eq!(stage.sums(), [10, 10, 0, 0, 0, 0]);
    let counts: Vec<usize> = stage.asked().iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [10, 5, 3, 2, 5, 3, 2]);
    let none = Stage::new([Act::AtMost(0); 40]);
    none.push(BATCH);
    wait(1).await;
    assert_eq!(none.sums(), [10, 0, 0, 10, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn parcels_grow_again_after_one_was_too_large() {
    const PARCEL: usize = 30;
    let batch = Batch { batch_size: PARCEL, queue_bytes: 1 << 30, ..Batch::with_delay(DELAY) };
    let stage = Stage::with(batch, [Act::AtMost(0); 2 * PARCEL - 1]);
    let large = vec![0; 100 << 10];
    let mut rounds = Vec::new();
    for _ in 0..40 {
        let before = stage.asked().len();
        (0..PARCEL).for_each(|_| stage.outlet.push(&large));
        wait(6).await;
        rounds.push(stage.asked().len() - before);
    }
    assert_eq!((rounds[0], rounds[39]), (2 * PARCEL - 1, 1), "{rounds:?}");
    assert!(rounds[1] > 5, "{rounds:?}");
    assert_eq!(stage.sums(), [1_200, 1_170, 0, 30, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_loses_what_was_under_way_and_no_more() {
    let stage = Stage::new([Act::Panic]);
    stage.push(BATCH);
    stage.push(3);
    wait(1).await;
    assert_eq!(stage.sums(), [13, 0, 10, 0, 0, 0]);
    assert_eq!(stage.outlet.standing().restarts, 1);
    assert_eq!(stage.notices(), 1);
    wait(10).await;
    assert_eq!(stage.sums(), [13, 3, 10, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn the_last_ones_before_the_end_arrive() {
    let mut stage = Stage::new([]);
    stage.push(2 * BATCH + 1);
    stage.end(TIMEOUT).await;
    assert_eq!(stage.sums(), [21, 21, 0, 0, 0, 0]);
    stage.push(1);
    assert_eq!(stage.sums(), [22, 21, 0, 0, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_no_longer_than_it_may() {
    let mut stage = Stage::new([Act::Hang; 9]);
    stage.push(2 * BATCH + 1);
    let start = Instant::now();
    stage.end(Duration::from_secs(3)).await;
    assert_eq!(start.elapsed().as_secs(), 3);
    assert_eq!(stage.sums(), [21, 0, 10, 0, 0, 11]);
}

#[tokio::test(start_paused = true)]
async fn the_end_cuts_pauses_short_and_does_not_press() {
    for after in [None, Some(200)] {
        let mut stage = Stage::new([Act::Later(after)]);
        stage.push(1);
        wait(5).await;
        stage.push(1);
        stage.end(TIMEOUT).await;
        assert_eq!(stage.sums()[0] - stage.sums()[1], stage.sums()[2], "{after:?}");
    }
    for after in [None, Some(1)] {
        let mut stage = Stage::new([Act::Later(after); 99]);
        stage.push(BATCH);
        stage.end(TIMEOUT).await;
        assert!(stage.asked().len() <= 10, "{:?}", stage.asked());
        assert_eq!(stage.sums(), [10, 0, 10, 0, 0, 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_for_no_collector_that_was_not_there() {
    let mut stage = Stage::new([Act::Later(None); 99]);
    stage.push(1);
    wait(60).await;
    let asked = stage.asked().len();
    stage.push(1);
    stage.end(TIMEOUT).await;
    assert_eq!((stage.asked().len(), stage.sums()), (asked + 1, [2, 0, 2, 0, 0, 0]));
}

#[tokio::test(start_paused = true)]
async fn a_flush_waits_for_everything_before_it() {
    let stage = Stage::new([Act::Later(None), Act::Later(None)]);
    stage.push(BATCH + 1);
    wait(1).await;
    let done = stage.outlet.flush();
    // It hurries a pause that nobody asked for.
    wait(4).await;
    assert_eq!(stage.sums(), [11, 11, 0, 0, 0, 0]);
    assert_eq!(done.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected));
}
