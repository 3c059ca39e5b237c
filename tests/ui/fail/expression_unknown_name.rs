//! A name that is not there.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, "Repetitions", by = sets))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
