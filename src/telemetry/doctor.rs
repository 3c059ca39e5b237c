//! Whether every signal of a telemetry works, asked of the telemetry itself.

#[cfg(feature = "admin")]
mod route;

#[cfg(feature = "admin")]
pub(super) use route::route;
