//! An argument does not end the function.

use obskit::instrument_endpoint;

#[instrument_endpoint(user = return 1)]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
