//! A histogram observes a number or a duration.

use obskit::instrument_endpoint;

#[instrument_endpoint(histogram(mo_reps, "Repetitions", value = "three"))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
