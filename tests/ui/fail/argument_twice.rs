//! An argument is given once.

use obskit::instrument_endpoint;

#[instrument_endpoint(slow = "1s", slow = "2s")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
