//! That label is the buckets' own.

use obskit::instrument_endpoint;

#[instrument_endpoint(histogram(mo_reps, "Repetitions", labels(le = true), value = reps))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
