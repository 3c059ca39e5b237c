//! What has no body does not run.

use obskit::instrument_endpoint;

trait Gym {
    #[instrument_endpoint]
    async fn open(&self);
}

fn main() {}
