//! The layers: [`ServerLayer`] around a service, [`ClientLayer`] around its HTTP clients.
//!
//! `ServerLayer` fits any `tower::Service<http::Request<B>>` that answers with an
//! `http::Response<R>`: axum, bare hyper, tonic. Each request that reaches it ends in exactly one
//! [`Exchange`](crate::context::Exchange), whatever ends it.

mod body;
mod client;
#[cfg(feature = "axum")]
#[path = "middleware/framework/axum.rs"]
mod framework;
#[cfg(not(feature = "axum"))]
#[path = "middleware/framework/plain.rs"]
mod framework;
mod future;
mod grpc;
mod layer;
mod pending;
#[cfg(not(feature = "sentry"))]
#[path = "middleware/reported/disabled.rs"]
mod reported;
#[cfg(feature = "sentry")]
#[path = "middleware/reported/enabled.rs"]
mod reported;
#[cfg(feature = "otlp")]
#[path = "middleware/seen/enabled.rs"]
mod seen;
#[cfg(not(feature = "otlp"))]
#[path = "middleware/seen/disabled.rs"]
mod seen;
mod service;

#[doc(hidden)]
pub use body::Watch;
pub use body::WatchedBody;
pub use client::{
    ClientBody, ClientFuture, ClientLayer, ClientService, Operation, Resends, UrlTemplate,
};
pub use future::ServerFuture;
pub use layer::{Peer, ServerLayer};
pub use service::ServerService;

pub(crate) use client::Client;
pub(crate) use layer::{Declare, Declared, Server};

/// The body of a response that passed [`ServerLayer`].
pub type ResponseBody<B> = WatchedBody<B, pending::PendingExchange>;
