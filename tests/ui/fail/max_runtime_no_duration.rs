//! A unit that is none.

use obskit::instrument_job;

#[instrument_job("backup", max_runtime = "1 hour")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
