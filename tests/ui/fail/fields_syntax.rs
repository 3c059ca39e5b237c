//! Fields are those of `tracing`.

use obskit::instrument_endpoint;

#[instrument_endpoint(fields(reps = ))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
