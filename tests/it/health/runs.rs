//! When checks run, for how long, and how often at once (H2, H7).

use super::script::{Script, Then};
use super::{failed, found, millis, pass, passed, seconds, telemetry, verdict, with_clock};
use obskit::health::Status;
use obskit_tests::wait::wait_until;
use std::collections::BTreeSet;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn a_check_runs_at_once_and_then_each_interval_give_or_take_a_tenth() {
    let (telemetry, check) = (telemetry(), Script::new(Then::Pass));
    telemetry.health().critical("db", check.clone()).unwrap();
    assert_eq!(verdict(&telemetry, "db"), failed("no result yet"));
    pass(millis(1)).await;
    assert_eq!((check.runs(), verdict(&telemetry, "db")), (1, passed()));
    pass(seconds(1_000)).await;
    let starts = check.starts();
    let gaps: Vec<_> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // Timers have a resolution of 1 ms.
    let allowed = millis(8_999)..=millis(11_001);
    assert!(gaps.iter().all(|gap| allowed.contains(gap)), "{gaps:?}");
    let distinct: BTreeSet<_> = gaps.iter().map(Duration::as_millis).collect();
    assert!(gaps.len() >= 90 && distinct.len() > gaps.len() / 2, "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_takes_too_long_is_aborted_and_has_failed() {
    let (telemetry, check) = (telemetry(), Script::new(Then::Hang));
    telemetry.health().check("db", check.clone()).timeout(seconds(3)).register().unwrap();
    pass(millis(2_900)).await;
    assert_eq!((check.running(), verdict(&telemetry, "db")), (1, failed("no result yet")));
    pass(millis(200)).await;
    assert_eq!((check.running(), verdict(&telemetry, "db")), (0, failed("no answer within 3s")));
    check.set(Then::Pass);
    pass(seconds(10)).await;
    assert_eq!(verdict(&telemetry, "db"), passed());
}

/// H2: whatever hangs, the tasks are those of the checks.
#[tokio::test(start_paused = true)]
async fn hung_checks_hold_one_run_each() {
    let telemetry = telemetry();
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let checks: Vec<_> = (0..100).map(|_| Script::new(Then::Hang)).collect();
    for (number, check) in checks.iter().enumerate() {
        let check = telemetry.health().check(format!("hung-{number}"), check.clone());
        check.interval(seconds(1)).timeout(seconds(10)).max_age(seconds(60)).register().unwrap();
    }
    for _ in 0..100 {
        pass(seconds(7)).await;
        assert!(tasks() <= before + 200, "{} tasks", tasks());
    }
    assert!(checks.iter().all(|check| check.most_at_once() == 1));
    assert!(checks.iter().all(|check| (50..=71).contains(&check.runs())), "{checks:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_holds_its_thread_has_no_other_beside_it() {
    let telemetry = telemetry();
    let (release, released) = channel::<()>();
    let (released, runs) = (Mutex::new(released), Arc::new(Mutex::new(0)));
    let counted = Arc::clone(&runs);
    let blocks = move || {
        *counted.lock().unwrap() += 1;
        // Dropping the sender releases every later run at once.
        let _ = released.lock().unwrap().recv();
        async { Ok::<_, String>(()) }
    };
    let check = telemetry.health().check("db", blocks);
    check.interval(millis(100)).timeout(millis(50)).register().unwrap();
    let blocked = failed("a run that was given up still blocks its thread");
    wait_until("failures to add up", seconds(20), async || {
        let found = found(&telemetry, "db");
        let holds = found.consecutive_failures >= 3 && verdict(&telemetry, "db") == blocked;
        if holds { Ok(()) } else { Err(format!("{found:?}")) }
    })
    .await;
    assert_eq!(*runs.lock().unwrap(), 1);
    drop(release);
    wait_until("it to pass", seconds(20), async || {
        let verdict = verdict(&telemetry, "db");
        if verdict == passed() { Ok(()) } else { Err(format!("{verdict:?}")) }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_check_that_fails_is_tried_again_soon() {
    let (telemetry, check) = (telemetry(), Script::new(Then::Fail("down")));
    telemetry.health().critical("db", check.clone()).unwrap();
    pass(seconds(40)).await;
    check_gaps(&check, &[1.0, 2.0, 4.0, 8.0, 10.0]);
}

#[tokio::test(start_paused = true)]
async fn a_check_that_fails_once_is_well_again_soon() {
    let (telemetry, check) = (telemetry(), Script::new(Then::Pass));
    telemetry.health().critical("db", check.clone()).unwrap();
    pass(seconds(1)).await;
    check.set(Then::Fail("slow"));
    while check.runs() == 1 {
        pass(millis(100)).await;
    }
    assert_eq!(verdict(&telemetry, "db"), failed("slow"));
    check.set(Then::Pass);
    pass(millis(1_200)).await;
    assert_eq!(verdict(&telemetry, "db"), passed());
    pass(seconds(15)).await;
    check_gaps(&check, &[10.0, 1.0, 10.0]);
}

/// The times between the first runs, give or take the jitter.
#[track_caller]
fn check_gaps(check: &Script, expected: &[f64]) {
    let starts = check.starts();
    let gaps = starts.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64());
    for (gap, expected) in gaps.zip(expected) {
        assert!((gap / expected - 1.0).abs() < 0.11, "{gap} s instead of {expected} s");
    }
    let runs = expected.len() + 1;
    assert!((runs..=runs + 1).contains(&starts.len()), "{starts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_a_failure_of_one_run() {
    let (telemetry, check) = (telemetry(), Script::new(Then::Panic("password=hunter2")));
    telemetry.health().critical("db", check.clone()).unwrap();
    pass(millis(1)).await;
    assert_eq!(verdict(&telemetry, "db"), failed("the check panicked"));
    check.set(Then::Pass);
    pass(seconds(10)).await;
    assert_eq!((verdict(&telemetry, "db"), check.running()), (passed(), 0));
}

/// H7: a flapping dependency does not flap the service.
#[tokio::test(start_paused = true)]
async fn failures_and_passes_count_when_there_are_enough_in_a_row() {
    let (telemetry, check) = (telemetry(), Script::new(Then::Pass));
    let builder = telemetry.health().check("db", check.clone());
    builder.fail_after(3).recover_after(2).register().unwrap();
    pass(millis(1)).await;
    let mut statuses = String::new();
    for then in "+--+---+-++".chars() {
        check.set(if then == '+' { Then::Pass } else { Then::Fail("down") });
        let runs = check.runs();
        while check.runs() == runs {
            pass(millis(100)).await;
        }
        let status = verdict(&telemetry, "db").0;
        statuses.push(if status == Status::Pass { '+' } else { '-' });
    }
    assert_eq!(statuses, "++++++----+");
}

/// H7: a checker that is dead is no good news.
#[tokio::test(start_paused = true)]
async fn a_result_that_is_too_old_says_nothing() {
    let (telemetry, clock) = with_clock();
    for (name, age) in [("default", None), ("own", Some(seconds(100)))] {
        let check = telemetry.health().check(name, Script::new(Then::Pass));
        let check = age.into_iter().fold(check, obskit::health::CheckBuilder::max_age);
        check.register().unwrap();
    }
    pass(millis(1)).await;
    for (after, default, own) in [
        (31, passed(), passed()),
        (1, failed("no result for 32 s"), passed()),
        (68, failed("no result for 100 s"), passed()),
        (1, failed("no result for 101 s"), failed("no result for 101 s")),
    ] {
        clock.advance(seconds(after));
        assert_eq!((verdict(&telemetry, "default"), verdict(&telemetry, "own")), (default, own));
    }
    pass(seconds(11)).await;
    assert_eq!((verdict(&telemetry, "default"), verdict(&telemetry, "own")), (passed(), passed()));
}

#[tokio::test(start_paused = true)]
async fn a_gate_that_has_passed_runs_no_more() {
    let (telemetry, clock) = with_clock();
    let check = Script::new(Then::Fail("not migrated"));
    telemetry.health().gate("schema", check.clone()).unwrap();
    pass(millis(1)).await;
    assert_eq!(verdict(&telemetry, "schema"), failed("not migrated"));
    check.set(Then::Pass);
    pass(seconds(2)).await;
    let runs = check.runs();
    clock.advance(seconds(1_000_000));
    pass(seconds(1_000)).await;
    assert_eq!((check.runs(), verdict(&telemetry, "schema")), (runs, passed()));
}
