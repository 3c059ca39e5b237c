//! A value is missing at the end.

use obskit::instrument_endpoint;

#[instrument_endpoint]
async fn complete(reps: u32) -> u32 {
    let _ = reps;
}

fn main() {}
