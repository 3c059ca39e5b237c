//! A word that is no rule of reporting.

use obskit::instrument_endpoint;

#[instrument_endpoint(report = warnings)]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
