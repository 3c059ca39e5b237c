//! A value is used after it was moved.

use obskit::instrument_endpoint;

#[instrument_endpoint]
async fn complete(text: String) -> usize {
    drop(text);
    text.len()
}

fn main() {}
