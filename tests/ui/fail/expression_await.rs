//! An argument does not wait.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, "Repetitions", by = std::future::ready(reps).await))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
