//! A word that a counter does not know.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, "Repetitions", unit = "reps"))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
