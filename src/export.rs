//! The way out: the one background thread, where the operator is served and exporters run.

#[cfg(feature = "otlp")]
mod backoff;
#[cfg(feature = "otlp")]
mod client;
#[cfg(feature = "otlp")]
mod connector;
#[cfg(feature = "tokio")]
mod lifeline;
#[cfg(feature = "otlp")]
mod notices;
#[cfg(feature = "otlp")]
pub(crate) mod otlp;
#[cfg(feature = "otlp")]
mod route;
#[cfg(feature = "sentry")]
pub(crate) mod sentry;
#[cfg(feature = "otlp")]
mod standing;
#[cfg(feature = "tokio")]
mod thread;
#[cfg(feature = "otlp")]
mod ward;
#[cfg(feature = "otlp")]
mod wire;

#[cfg(feature = "otlp")]
pub(crate) use lifeline::after;
#[cfg(feature = "tokio")]
pub(crate) use lifeline::{Lifeline, unless};
#[cfg(feature = "otlp")]
pub(crate) use notices::{Notices, Tell};
#[cfg(feature = "otlp")]
pub(crate) use route::is_by_proxy;
#[cfg(feature = "otlp")]
pub(crate) use standing::{Standing, Trouble};
#[cfg(feature = "tokio")]
pub(crate) use thread::Background;
