//! How many calls are to be that fast?

use obskit::instrument_endpoint;

#[instrument_endpoint(slo(latency = "250ms"))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
