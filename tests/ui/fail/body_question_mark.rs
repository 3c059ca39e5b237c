//! `?` in a function that returns no result.

use obskit::instrument_endpoint;

#[instrument_endpoint]
async fn complete(text: &str) -> u32 {
    text.parse::<u32>()?
}

fn main() {}
