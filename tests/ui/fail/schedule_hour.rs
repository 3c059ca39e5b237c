//! A day has 24 hours, from 0.

use obskit::instrument_job;

#[instrument_job("backup", schedule = "0 24 * * *")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
