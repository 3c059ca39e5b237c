//! A word alone is the outcome.

use obskit::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(client_error = 404)]
    NoSuchWorkout,
}

fn main() {}
