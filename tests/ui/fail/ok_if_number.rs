//! A condition is true or false.

use obskit::instrument_endpoint;

#[instrument_endpoint(ok_if = *result)]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
