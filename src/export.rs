//! The way out: the one background thread, where the operator is served and exporters run.

#[cfg(feature = "admin")]
mod lifeline;
#[cfg(feature = "admin")]
mod thread;

#[cfg(feature = "admin")]
pub(crate) use lifeline::{Lifeline, unless};
#[cfg(feature = "admin")]
pub(crate) use thread::Background;
