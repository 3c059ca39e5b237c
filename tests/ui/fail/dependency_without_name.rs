//! A dependency has a name, which comes first.

use obskit::instrument_dependency;

#[instrument_dependency(slow = "1s")]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
