//! Everything would be slow.

use obskit::instrument_endpoint;

#[instrument_endpoint(slow = "0ms")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
