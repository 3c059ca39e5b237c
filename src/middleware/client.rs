//! `ClientLayer`: what every call to another service passes.

mod asked;
mod call;
mod future;
mod layer;
mod service;

pub use asked::{Operation, Resends, UrlTemplate};
pub use future::ClientFuture;
pub use layer::ClientLayer;
pub use service::ClientService;

pub(crate) use layer::Client;

/// The body of an answer that passed [`ClientLayer`].
pub type ClientBody<B> = super::WatchedBody<B, call::PendingCall>;
