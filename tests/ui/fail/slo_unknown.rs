//! An objective that is not known.

use obskit::instrument_endpoint;

#[instrument_endpoint(slo(throughput = 10))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
