//! What only a handler has.

use obskit::instrument_dependency;

#[instrument_dependency("postgres", user = reps)]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
