//! Such labels are Prometheus' own.

use obskit::instrument_endpoint;

#[instrument_endpoint(counter(mo_reps_total, "Repetitions", labels(__name = true)))]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
