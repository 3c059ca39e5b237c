//! Buckets are numbers that are known beforehand.

use obskit::instrument_endpoint;

#[instrument_endpoint(histogram(mo_reps, "Repetitions", value = reps, buckets = [1, reps]))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
