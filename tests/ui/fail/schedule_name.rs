//! A name that cron does not know.

use obskit::instrument_job;

#[instrument_job("backup", schedule = "@nightly")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
