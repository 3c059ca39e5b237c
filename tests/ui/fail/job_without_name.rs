//! A job has a name, which comes first.

use obskit::instrument_job;

#[instrument_job]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
