//! Prometheus has no such names.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter("mo reps_total", "Repetitions"))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
