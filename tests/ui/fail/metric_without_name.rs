//! A metric has a name, which comes first.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter())]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
