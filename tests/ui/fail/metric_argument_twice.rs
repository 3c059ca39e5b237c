//! An argument of a metric is given once.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, "Repetitions", by = reps, by = 2))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
