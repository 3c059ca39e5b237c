//! An integer of 32 bits has four thousand million values.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, "Repetitions", labels(reps = reps)))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
