//! What cannot be registered.

use super::script::{Script, Then};
use super::{millis, seconds, telemetry};
use obskit::health::CheckBuilder;
use std::time::Duration;

const DAY: Duration = Duration::from_hours(24);

/// The error says what is accepted; nothing is registered.
fn check(name: &str, set: impl FnOnce(CheckBuilder) -> CheckBuilder, accepted: &str) {
    let telemetry = telemetry();
    let builder = telemetry.health().check(name.to_owned(), Script::new(Then::Pass));
    let error = set(builder).register().unwrap_err();
    assert!(error.is_health() && error.to_string().contains(accepted), "{error}");
    assert!(telemetry.is_ready());
}

#[tokio::test]
async fn names_are_plain_and_short() {
    let accepted = "accepted: 1 to 64 of A-Z, a-z, 0-9 and . _ - : /";
    for name in ["", "a b", "a,b", "ä", "a\n", "a\"", &"a".repeat(65)] {
        check(name, |builder| builder, accepted);
    }
    let telemetry = telemetry();
    for name in ["a".repeat(64), "Az0._-:/".to_owned()] {
        telemetry.health().critical(name, Script::new(Then::Pass)).unwrap();
    }
}

#[tokio::test]
async fn numbers_have_bounds() {
    check("a", |it| it.interval(millis(99)), "interval is 99ms; accepted: 100ms to 86400s");
    check("a", |it| it.interval(DAY + seconds(1)), "accepted: 100ms to 86400s");
    check("a", |it| it.timeout(Duration::ZERO), "timeout is 0ns; accepted: 1ms to 300s");
    check("a", |it| it.timeout(seconds(301)), "accepted: 1ms to 300s");
    // The next result may be a late one that takes its time: 11 s and 1 s.
    check("a", |it| it.max_age(seconds(11)), "max_age is 11s; accepted: 12s to 604800s");
    check("a", |it| it.max_age(DAY * 8), "accepted: 12s to 604800s");
    check("a", |it| it.fail_after(0), "fail_after is 0; accepted: 1 to 100");
    check("a", |it| it.recover_after(101), "recover_after is 101; accepted: 1 to 100");
}

#[tokio::test]
async fn a_name_is_accepted_once_whatever_kind() {
    let telemetry = telemetry();
    telemetry.health().critical("db", Script::new(Then::Pass)).unwrap();
    let error = telemetry.health().optional("db", Script::new(Then::Pass)).unwrap_err();
    let said = "a check named \"db\" is registered; a name is accepted once";
    assert_eq!(error.to_string(), said);
    let error = telemetry.health().passive("db").register().unwrap_err();
    assert_eq!(error.to_string(), said);
}

#[tokio::test]
async fn there_are_at_most_128() {
    let telemetry = telemetry();
    for number in 0..128 {
        telemetry.health().passive(number.to_string()).register().unwrap();
    }
    let error = telemetry.health().critical("more", Script::new(Then::Pass)).unwrap_err();
    assert_eq!(error.to_string(), "check \"more\" is one too many; accepted: 128");
}

#[test]
fn passive_ones_have_bounds_too() {
    let telemetry = telemetry();
    let passive = || telemetry.health().passive("it");
    for (builder, accepted) in [
        (passive().fail_after(0), "accepted: 1 to 100"),
        (passive().recover_after(101), "accepted: 1 to 100"),
        (passive().max_age(millis(99)), "accepted: 100ms to 2678400s"),
    ] {
        let error = builder.register().unwrap_err();
        assert!(error.is_health() && error.to_string().contains(accepted), "{error}");
    }
}

#[tokio::test]
async fn a_telemetry_that_was_shut_down_takes_none() {
    let telemetry = telemetry();
    telemetry.shutdown(seconds(10)).await.unwrap();
    let check = Script::new(Then::Pass);
    let error = telemetry.health().critical("db", check.clone()).unwrap_err();
    assert!(error.is_runtime(), "{error}");
    assert!(!check.is_held() && check.runs() == 0);
}
