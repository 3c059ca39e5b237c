//! A counter ends in `_total`.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps, "Repetitions"))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
