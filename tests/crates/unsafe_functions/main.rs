//! Functions that are unsafe to call, and those that C may call: they stay as they are.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use obskit::Telemetry;
use obskit::config::Config;
use obskit::{instrument_dependency, instrument_endpoint};
use obskit_tests::samples::count;

/// The value at a place.
///
/// # Safety
///
/// It must point to a number.
#[instrument_endpoint]
unsafe fn read(place: *const u32) -> u32 {
    // SAFETY: as the caller has promised.
    unsafe { *place }
}

/// The same later on.
///
/// # Safety
///
/// It must point to a number as long as the future lives.
#[instrument_endpoint(counter(un_numbers_total, "Numbers", by = *result))]
async unsafe fn read_later(place: &u32) -> u32 {
    let place: *const u32 = place;
    // SAFETY: a reference points to what there is.
    unsafe { *place }
}

/// Doubles a number in its place, for C.
///
/// # Safety
///
/// It must point to a number that nobody else looks at.
#[unsafe(no_mangle)]
#[instrument_endpoint]
unsafe extern "C" fn obskit_tests_double(place: *mut u32) -> bool {
    // SAFETY: as the caller has promised.
    unsafe { *place *= 2 };
    true
}

#[instrument_dependency("device", operation = "add")]
extern "C" fn add(one: u32, other: u32) -> u32 {
    one + other
}

struct Device(u32);

trait Register {
    /// What it holds.
    ///
    /// # Safety
    ///
    /// The device must be there.
    unsafe fn load(&mut self) -> &mut u32;
}

impl Register for Device {
    #[instrument_dependency("device")]
    unsafe fn load(&mut self) -> &mut u32 {
        &mut self.0
    }
}

fn telemetry() -> Telemetry {
    Telemetry::build(Config::default()).unwrap()
}

#[track_caller]
fn succeeded(telemetry: &Telemetry, name: &str) {
    let labels = [format!("handler=\"{name}\""), "outcome=\"success\"".to_owned()];
    let calls = count(telemetry, "handler_calls_total", &[&labels[0], &labels[1]]);
    let timed = count(telemetry, "handler_duration_seconds_count", &[&labels[0]]);
    assert_eq!((calls, timed), (1, 1), "{name}");
}

#[test]
fn unsafe_functions() {
    let telemetry = telemetry();
    let mut number = 7;
    // SAFETY: it points to the number.
    assert_eq!(telemetry.sync_scope(|| unsafe { read(&raw const number) }), 7);
    succeeded(&telemetry, "read");
    let called: unsafe extern "C" fn(*mut u32) -> bool = obskit_tests_double;
    // SAFETY: it points to the number, which nobody else looks at.
    assert!(telemetry.sync_scope(|| unsafe { called(&raw mut number) }));
    assert_eq!(number, 14);
    succeeded(&telemetry, "obskit_tests_double");
    // SAFETY: it is a reference.
    let reading = unsafe { read_later(&number) };
    let mut reading = pin!(telemetry.scope(reading));
    let polled = reading.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(polled, Poll::Ready(14));
    succeeded(&telemetry, "read_later");
    assert_eq!(count(&telemetry, "un_numbers_total", &[]), 14);
}

#[test]
fn functions_of_other_abis_and_of_traits() {
    let telemetry = telemetry();
    let called: extern "C" fn(u32, u32) -> u32 = add;
    assert_eq!(telemetry.sync_scope(|| called(1, 2)), 3);
    let mut device = Device(1);
    // SAFETY: the device is there.
    *telemetry.sync_scope(|| unsafe { device.load() }) = 5;
    assert_eq!(device.0, 5);
    for operation in ["add", "load"] {
        let operation = format!("operation=\"{operation}\"");
        let labels = ["dependency=\"device\"", &operation, "outcome=\"success\""];
        assert_eq!(count(&telemetry, "dependency_requests_total", &labels), 1, "{operation}");
    }
}
