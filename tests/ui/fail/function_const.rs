//! A function that runs while compiling has nobody to tell.

use obskit::instrument_endpoint;

#[instrument_endpoint]
const fn complete(reps: u32) -> u32 {
    reps
}

const REPS: u32 = complete(3);

fn main() {}
