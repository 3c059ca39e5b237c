//! The returned value is not there before the body has run.

use obskit::instrument_endpoint;

#[instrument_endpoint(user = result)]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
