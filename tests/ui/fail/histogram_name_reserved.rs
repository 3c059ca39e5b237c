//! Such a name would be that of a counter.

use obskit::instrument_endpoint;

#[instrument_endpoint(histogram(mo_reps_total, "Repetitions", value = reps))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
