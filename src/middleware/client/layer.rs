//! The layer around an HTTP client.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use crate::config;
use crate::config::Clock;
use crate::context::RecordCall;

use super::service::ClientService;

/// The layer around a tower HTTP client; made by
/// [`Telemetry::client_layer`](crate::Telemetry::client_layer).
///
/// It hands the current request's ID and trace context on where the egress policy allows, and
/// records each call as `dependency_requests_total` and `dependency_request_duration_seconds`
/// under the name it was made with.
#[derive(Clone)]
pub struct ClientLayer {
    client: Arc<Client>,
}

/// What a call does, as an outgoing request's extension: the `operation` of its metrics, in place
/// of the method.
#[derive(Clone, Copy, Debug)]
pub struct Operation(pub &'static str);

pub(crate) struct Client {
    pub(crate) dependency: &'static str,
    pub(crate) policy: config::Propagation,
    pub(crate) clock: Clock,
    pub(crate) record: Arc<dyn RecordCall>,
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
