//! Functions of every shape: what they give and take stays as it was, and each call is counted.

mod futures;
mod methods;
mod parameters;
mod returns;
mod surroundings;
mod traits;

use crate::read::{handler, telemetry};

/// Awaits one call, which is recorded as `expected`, and answers what it gave.
async fn called<F: Future>(name: &str, expected: &str, call: F) -> F::Output {
    let telemetry = telemetry();
    let returned = telemetry.scope(call).await;
    handler(&telemetry, name, expected);
    returned
}

/// The same of a function that does not wait.
#[track_caller]
fn ran<T>(name: &str, expected: &str, call: impl FnOnce() -> T) -> T {
    let telemetry = telemetry();
    let returned = telemetry.sync_scope(call);
    handler(&telemetry, name, expected);
    returned
}
