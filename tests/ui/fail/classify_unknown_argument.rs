//! A word that is no outcome.

use obskit::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(not_found)]
    NoSuchWorkout,
}

fn main() {}
