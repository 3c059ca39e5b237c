//! A variant that says nothing, without a default.

use obskit::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(client_error)]
    Invalid,
    Database,
}

fn main() {}
