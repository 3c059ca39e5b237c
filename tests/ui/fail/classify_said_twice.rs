//! One variant, one outcome.

use obskit::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(client_error, status = 404)]
    NoSuchWorkout,
}

fn main() {}
