//! Nothing is always available.

use obskit::instrument_endpoint;

#[instrument_endpoint(slo(availability = 100))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
