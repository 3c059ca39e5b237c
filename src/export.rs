//! The way out: the one background thread, where the operator is served and exporters run.

#[cfg(feature = "tokio")]
mod lifeline;
#[cfg(feature = "otlp")]
pub(crate) mod otlp;
#[cfg(feature = "sentry")]
pub(crate) mod sentry;
#[cfg(feature = "tokio")]
mod thread;

#[cfg(feature = "otlp")]
pub(crate) use lifeline::after;
#[cfg(feature = "tokio")]
pub(crate) use lifeline::{Lifeline, unless};
#[cfg(feature = "tokio")]
pub(crate) use thread::Background;
