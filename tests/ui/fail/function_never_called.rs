//! Nobody calls it, which the compiler says as of any function.

#![deny(dead_code)]

use obskit::instrument_endpoint;

#[instrument_endpoint]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
