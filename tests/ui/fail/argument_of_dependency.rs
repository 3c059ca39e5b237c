//! What only a dependency has.

use obskit::instrument_job;

#[instrument_job("backup", operation = "save")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
