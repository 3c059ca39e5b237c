//! Cron has five fields.

use obskit::instrument_job;

#[instrument_job("backup", schedule = "0 2 * *")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
