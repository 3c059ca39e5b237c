//! A dependency's name is a text, and the rest of the arguments is read all the same.

use obskit::instrument_dependency;

#[instrument_dependency(postgres, slow = 5)]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
