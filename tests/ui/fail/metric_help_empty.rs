//! A metric says what it counts, in words.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, ""))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
