//! There is no such gRPC status.

use obskit::Classify;

#[derive(Classify)]
enum ApiError {
    #[classify(grpc = 17)]
    NoSuchWorkout,
}

fn main() {}
