//! Each variant has its own field to ask.

use obskit::Classify;

#[derive(Classify)]
#[classify(transparent)]
enum ApiError {
    Upstream(http::StatusCode),
}

fn main() {}
