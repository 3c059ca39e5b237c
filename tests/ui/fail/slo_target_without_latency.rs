//! How fast are they to be?

use obskit::instrument_endpoint;

#[instrument_endpoint(slo(availability = 99.9, target = 99.0))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
