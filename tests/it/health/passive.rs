//! Checks that are told how it goes.

use super::{failed, passed, probes, seconds, verdict, with_clock};
use obskit::health::Status::{Fail, Pass, Warn};

#[test]
fn they_are_what_they_were_told_last() {
    let (telemetry, clock) = with_clock();
    let queue = telemetry.health().passive("queue").register().unwrap();
    assert_eq!(verdict(&telemetry, "queue"), failed("no result yet"));
    queue.pass();
    clock.advance(seconds(1_000_000));
    assert_eq!(verdict(&telemetry, "queue"), passed());
    queue.clone().fail(format_args!("{} messages wait", 7));
    drop(queue);
    assert_eq!(verdict(&telemetry, "queue"), failed("7 messages wait"));
}

#[test]
fn one_may_pass_from_the_beginning() {
    let (telemetry, _) = with_clock();
    let queue = telemetry.health().passive("queue").initially_passing().register().unwrap();
    assert_eq!(probes(&telemetry), [Pass; 3]);
    queue.fail("gone");
    assert_eq!(probes(&telemetry), [Pass, Fail, Pass]);
}

#[test]
fn silence_can_be_a_failure() {
    let (telemetry, clock) = with_clock();
    let job = telemetry.health().passive("job").optional().max_age(seconds(60));
    let job = job.initially_passing().register().unwrap();
    clock.advance(seconds(60));
    assert_eq!(probes(&telemetry), [Pass; 3]);
    clock.advance(seconds(1));
    assert_eq!(verdict(&telemetry, "job"), failed("no result for 61 s"));
    assert_eq!(probes(&telemetry), [Pass, Warn, Pass]);
    job.pass();
    assert_eq!(probes(&telemetry), [Pass; 3]);
}

#[test]
fn they_count_in_a_row_as_others_do() {
    let (telemetry, _) = with_clock();
    let queue = telemetry.health().passive("queue").fail_after(2).recover_after(2);
    let queue = queue.register().unwrap();
    let mut statuses = String::new();
    for then in "+-+--+-++".chars() {
        match then {
            '+' => queue.pass(),
            _ => queue.fail("gone"),
        }
        statuses.push(if verdict(&telemetry, "queue") == passed() { '+' } else { '-' });
    }
    assert_eq!(statuses, "++++----+");
}

#[test]
fn a_gate_opens_once() {
    let (telemetry, _) = with_clock();
    let warm = telemetry.health().passive("warm").gate().register().unwrap();
    assert_eq!(probes(&telemetry), [Pass, Fail, Fail]);
    warm.pass();
    warm.fail("cold again");
    assert_eq!(probes(&telemetry), [Pass; 3]);
}
