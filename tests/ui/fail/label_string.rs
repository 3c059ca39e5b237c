//! What a user may type has no bound.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_notes_total, "Notes", labels(note = note)))]
async fn complete(note: String) -> usize {
    note.len()
}

fn main() {}
