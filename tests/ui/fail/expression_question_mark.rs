//! An argument does not end the function.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, "Repetitions", by = reps.checked_mul(2)?))]
async fn complete(reps: u32) -> Option<u32> {
    Some(reps)
}

fn main() {}
