//! Only functions run.

use obskit::instrument_endpoint;

#[instrument_endpoint]
struct Gym;

fn main() {}
