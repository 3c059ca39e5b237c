//! A metric has eight labels at most.

use obskit::instrument_endpoint;

#[instrument_endpoint(
    counter(
        mo_reps_total,
        "Repetitions",
        labels(a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = true),
    )
)]
async fn complete(reps: u32) -> u32 {
    reps
}

fn main() {}
