//! The layer around an HTTP client.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use crate::config;
use crate::config::Clock;
use crate::context::{PlaceCalls, RecordCall, Wanted};

use super::service::ClientService;

/// The layer around a tower HTTP client; made by
/// [`Telemetry::client_layer`](crate::Telemetry::client_layer).
///
/// It hands the current request's ID and trace context on where the egress policy allows, and
/// records each call as `dependency_requests_total` and `dependency_request_duration_seconds`
/// under the name it was made with. Where the trace is sampled each call is a span of its own, of
/// kind client, which the service called has for its parent.
#[derive(Clone)]
pub struct ClientLayer {
    client: Arc<Client>,
}

pub(crate) struct Client {
    pub(crate) dependency: &'static str,
    pub(crate) policy: config::Propagation,
    pub(crate) clock: Clock,
    /// What spans are to say besides.
    pub(crate) wanted: Wanted,
    pub(crate) places: Arc<dyn PlaceCalls>,
    /// Told of each finished call.
    pub(crate) records: Arc<[Arc<dyn RecordCall>]>,
}

impl ClientLayer {
    pub(crate) fn new(client: Client) -> Self {
        Self { client: Arc::new(client) }
    }
}

impl<S> Layer<S> for ClientLayer {
    type Service = ClientService<S>;

    fn layer(&self, inner: S) -> ClientService<S> {
        ClientService::new(inner, Arc::clone(&self.client))
    }
}

impl fmt::Debug for ClientLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientLayer").field("dependency", &self.client.dependency).finish()
    }
}
