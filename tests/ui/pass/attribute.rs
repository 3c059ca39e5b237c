//! The attributes where names and macros are in their way.

use obskit::config::Config;
use obskit::{Telemetry, instrument_dependency, instrument_endpoint, instrument_job};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A module in which nothing is called what it usually is.
mod shadowed {
    pub(super) struct Option(pub(super) u32);
    pub(super) type Result = core::Clone;
    pub(super) type Ok = Result;
    #[expect(dead_code, reason = "it only stands in the way")]
    type Err = Ok;

    pub(super) mod core {
        pub(in super::super) struct Clone(pub(in super::super) u32);
    }
    #[expect(unused_macros, reason = "they only stand in the way")]
    mod macros {
        macro_rules! module_path {
            () => {};
        }
        macro_rules! info_span {
            () => {};
        }
    }

    #[obskit::instrument_endpoint(
        fields(some = some.0),
        counter(ui_shadowed_total, "Calls", labels(odd = some.0 % 2 == 1), by = result.0),
        slow = "1h",
        ok_if = result.0 == 3,
    )]
    #[expect(clippy::needless_pass_by_value, reason = "it cannot be `Copy` here")]
    pub(super) fn shadowed(some: Option) -> Result {
        core::Clone(some.0)
    }
}

/// Every name that the expansion might have for its own.
#[instrument_endpoint(
    fields(call, labelling, returned),
    counter(
        ui_names_total,
        "Calls",
        labels(series0 = series0, given0 = given0),
        by = ending + verdict,
    ),
    histogram(ui_names_seconds, "Calls", labels(label = label), value = value, limit = 3),
    user = probe,
    ok_if = failure > slow,
    error_if = when0,
)]
#[expect(clippy::too_many_arguments, reason = "they are names")]
async fn names(
    call: u8,
    labelling: u8,
    series0: u8,
    given0: bool,
    ending: u32,
    verdict: u32,
    label: &str,
    value: f64,
    probe: u8,
    returned: u8,
    failure: u8,
    slow: u8,
    when0: bool,
) -> u64 {
    let result = value.to_bits() & 1;
    let numbers = [call, labelling, series0, probe, returned, failure, slow];
    let flags = u64::from(given0) + u64::from(when0);
    let numbers: u64 = numbers.into_iter().map(u64::from).sum();
    numbers + flags + u64::from(ending + verdict) + label.len() as u64 + result
}

macro_rules! handlers {
    ($($name:ident($argument:ident: $kind:ty) -> $returned:ty { $value:expr })*) => {$(
        #[instrument_endpoint(
            fields($argument),
            counter(ui_made_total, "Calls of what a macro made", labels(up = $argument > 1)),
        )]
        fn $name($argument: $kind) -> $returned {
            $value
        }
    )*};
}

handlers! {
    one(number: u8) -> u8 { number + 1 }
    two(number: u16) -> u16 { number + 2 }
}

/// A keyword and a name of none.
#[instrument_dependency("odd")]
fn r#match(_: u8, (): (), [r#type, ..]: [u8; 2]) -> u8 {
    r#type
}

#[test]
fn names_do_not_meet() {
    let telemetry = telemetry();
    telemetry.sync_scope(|| {
        assert_eq!(shadowed::shadowed(shadowed::Option(3)).0, 3);
        let call = names(1, 2, 3, true, 4, 5, "six", 7.0, 8, 9, 10, 11, false);
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(pin!(call).poll(&mut context), Poll::Ready(57));
    });
    check(&telemetry, "ui_shadowed_total{odd=\"true\"} 3");
    check(&telemetry, "ui_names_total{series0=\"3\",given0=\"true\"} 9");
    check(&telemetry, "ui_names_seconds_sum{label=\"six\"} 7");
    check(&telemetry, "handler_calls_total{handler=\"names\",outcome=\"success\"} 1");
}

#[test]
fn macros_make_them() {
    let telemetry = telemetry();
    telemetry.sync_scope(|| assert_eq!((one(1), two(2)), (2, 4)));
    check(&telemetry, "ui_made_total{up=\"true\"} 1");
    check(&telemetry, "ui_made_total{up=\"false\"} 1");
    check(&telemetry, "handler_calls_total{handler=\"two\",outcome=\"success\"} 1");
}

#[instrument_job("inner")]
fn inner() -> u8 {
    #[instrument_endpoint]
    fn innermost() -> u8 {
        r#match(1, (), [2, 3])
    }
    innermost()
}

#[test]
fn they_stand_in_bodies_and_on_odd_functions() {
    let telemetry = telemetry();
    telemetry.sync_scope(|| assert_eq!(inner(), 2));
    check(&telemetry, "job_runs_total{job=\"inner\",outcome=\"success\"} 1");
    check(&telemetry, "handler_calls_total{handler=\"innermost\",outcome=\"success\"} 1");
    let label = "dependency=\"odd\",operation=\"match\",outcome=\"success\"";
    check(&telemetry, &format!("dependency_requests_total{{{label}}} 1"));
}

fn telemetry() -> Telemetry {
    Telemetry::build(Config::default()).unwrap()
}

#[track_caller]
fn check(telemetry: &Telemetry, sample: &str) {
    let text = telemetry.metrics().text();
    assert!(text.lines().any(|line| line == sample), "no {sample} in\n{text}");
}
