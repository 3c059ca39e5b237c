//! Errors of gRPC services.

use tonic::Status;

use super::Classify;
use crate::context::Outcome;

impl Classify for Status {
    fn classify(&self) -> Outcome {
        // Every code is below 17.
        u8::try_from(i32::from(self.code())).map_or(Outcome::ServerError, Outcome::of_grpc)
    }
}
