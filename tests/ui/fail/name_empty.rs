//! A handler has a name.

use obskit::instrument_endpoint;

#[instrument_endpoint(name = "")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
