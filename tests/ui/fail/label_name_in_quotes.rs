//! A label's name is a word.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, "Repetitions", labels("hard" = true)))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
