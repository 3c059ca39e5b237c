//! A number alone has no unit.

use obskit::instrument_endpoint;

#[instrument_endpoint(slow = "500")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
