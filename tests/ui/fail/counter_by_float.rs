//! A counter is raised by a whole number.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, "Repetitions", by = 1.5))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
