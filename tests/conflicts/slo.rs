//! Two attributes that promise different things of one handler: no telemetry is built.

#![expect(dead_code, reason = "what is declared is there without being called")]

use obskit::config::Config;
use obskit::{Telemetry, instrument_endpoint};

const ONE: u32 = line!() + 2;

#[instrument_endpoint(name = "checkout", slo(availability = 99.0))]
async fn one() {}

const OTHER: u32 = line!() + 2;

#[instrument_endpoint(name = "checkout", slo(availability = 99.9))]
async fn other() {}

/// The same name without a promise, and with the same one, is no conflict.
#[instrument_endpoint(name = "checkout")]
async fn without() {}

#[test]
fn an_error_names_both() {
    let error = Telemetry::build(Config::default()).unwrap_err();
    let message = error.to_string();
    for part in ["checkout".to_owned(), format!("slo.rs:{ONE}"), format!("slo.rs:{OTHER}")] {
        assert!(message.contains(&part), "{part} is not in {message}");
    }
}
