//! Two attributes that disagree on a metric of one name: no telemetry is built.

#![expect(dead_code, reason = "what is declared is there without being called")]

use obskit::config::Config;
use obskit::{Telemetry, instrument_endpoint};

const ONE: u32 = line!() + 2;

#[instrument_endpoint(counter(co_sets_total, "Sets"))]
async fn one() {}

const OTHER: u32 = line!() + 2;

#[instrument_endpoint(counter(co_sets_total, "Sets lifted"))]
async fn other() {}

/// R25: an error when it starts, which names both places.
#[test]
fn an_error_names_both() {
    let error = Telemetry::build(Config::default()).unwrap_err();
    assert!(error.is_metric(), "{error:?}");
    let message = error.to_string();
    for part in
        ["co_sets_total".to_owned(), format!("metric.rs:{ONE}"), format!("metric.rs:{OTHER}")]
    {
        assert!(message.contains(&part), "{part} is not in {message}");
    }
}
