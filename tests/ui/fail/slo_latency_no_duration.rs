//! A latency without a unit.

use obskit::instrument_endpoint;

#[instrument_endpoint(slo(latency = 0.25, target = 99.0))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
