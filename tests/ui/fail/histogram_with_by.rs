//! A counter is raised, a histogram observes.

use obskit::instrument_endpoint;

#[instrument_endpoint(histogram(mo_reps, "Repetitions", by = reps))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
