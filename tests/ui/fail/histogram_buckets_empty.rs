//! A histogram has a bucket at least.

use obskit::instrument_endpoint;

#[instrument_endpoint(histogram(mo_reps, "Repetitions", value = reps, buckets = []))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
