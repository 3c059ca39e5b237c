//! What is returned outlives what it is borrowed from.

use obskit::instrument_endpoint;

#[instrument_endpoint]
async fn longest<'a>(one: &'a str, other: &str) -> &'a str {
    if one.len() < other.len() { other } else { one }
}

fn main() {}
