//! The returned value is of another type.

use obskit::instrument_endpoint;

#[instrument_endpoint]
async fn complete(reps: u32) -> u32 {
    let text = reps.to_string();
    text
}

fn main() {}
