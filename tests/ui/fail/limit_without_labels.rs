//! What has no labels needs no limit.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_notes_total, "Notes", limit = 10))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
