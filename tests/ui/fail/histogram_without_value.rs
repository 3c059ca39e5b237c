//! A histogram observes something.

use obskit::instrument_endpoint;

#[instrument_endpoint(histogram(mo_reps, "Repetitions"))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
