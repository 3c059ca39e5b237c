//! Buckets ascend.

use obskit::instrument_endpoint;

#[instrument_endpoint(histogram(mo_reps, "Repetitions", value = reps, buckets = [1, 5, 2]))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
