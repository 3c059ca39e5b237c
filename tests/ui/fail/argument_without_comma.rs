//! Two arguments that nothing parts.

use obskit::instrument_endpoint;

#[instrument_endpoint(slow = "1s" report = errors)]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
