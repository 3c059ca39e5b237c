//! The returned value is of another type, without `async`.

use obskit::instrument_endpoint;

#[instrument_endpoint]
fn complete(reps: u32) -> u32 {
    if reps == 0 {
        return "none";
    }
    reps
}

fn main() {}
