//! What only a job has.

use obskit::instrument_endpoint;

#[instrument_endpoint(schedule = "@daily")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
