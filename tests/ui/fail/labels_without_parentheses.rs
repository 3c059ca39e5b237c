//! Labels are a list.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, "Repetitions", labels = reps))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
