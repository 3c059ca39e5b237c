//! None need be fast.

use obskit::instrument_endpoint;

#[instrument_endpoint(slo(latency = "250ms", target = 0.0))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
