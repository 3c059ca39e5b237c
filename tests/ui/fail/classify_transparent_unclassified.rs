//! The field that is asked has no answer.

use obskit::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(transparent)]
    Upstream(std::io::Error),
}

fn main() {}
