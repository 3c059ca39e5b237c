//! A name that is not there.

use obskit::instrument_endpoint;

#[instrument_endpoint]
async fn complete() -> u32 {
    reps
}

fn main() {}
