//! A counter is raised, a histogram observes.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, "Repetitions", value = reps))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
