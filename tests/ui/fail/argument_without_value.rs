//! Arguments that want a value.

use obskit::instrument_endpoint;

#[instrument_endpoint(slow)]
async fn complete(reps: u32) -> u32 {
    reps
}

#[instrument_endpoint(report = )]
async fn start(reps: u32) -> u32 {
    reps
}

fn main() {}
