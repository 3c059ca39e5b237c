//! The gRPC health service of one telemetry.

use crate::health::GrpcHealth;

use super::Telemetry;

impl Telemetry {
    /// The gRPC health service (`grpc.health.v1.Health`), for tonic's router: it answers from the
    /// same checks as `/readyz`.
    pub fn grpc_health(&self) -> GrpcHealth {
        // Without a thread to watch from, it answers as well.
        let _ = self.meet_runtime();
        GrpcHealth::new(&self.parts.health)
    }
}
