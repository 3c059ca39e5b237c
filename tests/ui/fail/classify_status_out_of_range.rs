//! There is no such HTTP status.

use obskit::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(status = 4004)]
    NoSuchWorkout,
}

fn main() {}
