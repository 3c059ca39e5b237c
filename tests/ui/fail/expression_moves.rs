//! What an argument takes, the body has no more.

use obskit::instrument_endpoint;

fn length(note: String) -> usize {
    note.len()
}

#[instrument_endpoint(counter(mo_notes_total, "Notes", by = length(note)))]
async fn complete(note: String) -> usize {
    note.len()
}

fn main() {}
