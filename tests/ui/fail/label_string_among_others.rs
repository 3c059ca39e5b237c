//! What a user may type has no bound, beside what has one either.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_notes_total, "Notes", labels(hard = true, note = note)))]
async fn complete(note: String) -> usize {
    note.len()
}

fn main() {}
