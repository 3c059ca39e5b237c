//! A limit bounds texts, not whatever there is.

use obskit::instrument_endpoint;

struct Note(usize);

#[instrument_endpoint(counter(mo_notes_total, "Notes", labels(note = note), limit = 10))]
async fn complete(note: Note) -> usize {
    note.0
}

fn main() {}
