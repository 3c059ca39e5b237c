//! An error in an argument points at it.

use obskit::instrument_endpoint;

#[instrument_endpoint(error_if = result.is_err())]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
