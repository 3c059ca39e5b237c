//! There is a single field to ask, or none.

use obskit::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(transparent)]
    Upstream(http::StatusCode, String),
}

fn main() {}
