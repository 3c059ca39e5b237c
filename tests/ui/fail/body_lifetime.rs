//! What is returned does not live long enough.

use obskit::instrument_endpoint;

#[instrument_endpoint]
fn complete() -> &'static str {
    let text = String::from("none");
    &text
}

fn main() {}
