//! A text where a word is wanted, and the other way round.

use obskit::instrument_endpoint;

#[instrument_endpoint(name = complete, report = "errors")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
