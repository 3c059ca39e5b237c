//! A word that is no outcome, on the enum.

use obskit::Classify;

#[derive(Classify)]
#[classify(failure)]
enum ApiError {
    NoSuchWorkout,
    Database,
}

fn main() {}
