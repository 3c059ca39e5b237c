//! What is not `mut` does not change.

use obskit::instrument_endpoint;

#[instrument_endpoint]
fn complete(reps: u32) -> u32 {
    reps += 1;
    reps
}

fn main() {}
