//! What is borrowed has no bound either.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_notes_total, "Notes", labels(note = note.trim())))]
async fn complete(note: &str) -> usize {
    note.len()
}

fn main() {}
