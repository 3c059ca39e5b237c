//! A limit leaves room for a series at least.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_notes_total, "Notes", labels(hard = true), limit = 0))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
