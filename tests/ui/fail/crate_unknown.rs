//! A crate that is not there.

use obskit::instrument_endpoint;

#[instrument_endpoint(crate = watch)]
async fn complete() {}

fn main() {}
