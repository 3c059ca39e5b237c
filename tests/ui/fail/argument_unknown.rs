//! A word that the attribute does not know.

use obskit::instrument_endpoint;

#[instrument_endpoint(colour = "red")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
