//! An objective that says nothing.

use obskit::instrument_endpoint;

#[instrument_endpoint(slo())]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
