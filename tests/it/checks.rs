//! Checks that are ready-made, before servers that say what they are told.

mod http;
mod machine;
mod network;
mod pool;
mod postgres;
mod redis;

use obskit::health::Check;
use obskit_tests::conversation::{Conversation, Then};
use obskit_tests::wait::soon;
use std::error::Error as StdError;

/// What sockets take beside what is read: more than the buffers of both ends, less than what a
/// check without a bound would read.
const SOCKETS: usize = 16 << 20;

/// How a check ends, its error with all causes in words.
async fn outcome(check: &impl Check) -> Result<(), String> {
    let outcome = soon("a check", check.check()).await;
    outcome.map_err(|error| {
        let error: &(dyn StdError + 'static) = &*error;
        let causes = std::iter::successors(Some(error), |error| StdError::source(*error));
        causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
    })
}

/// How the check of a server with this answer ends.
async fn answered<C: Check>(
    answer: impl Into<Vec<u8>>,
    then: Then,
    check: impl FnOnce(&str) -> C,
) -> Result<(), String> {
    let server = Conversation::start(answer, then).await;
    outcome(&check(&server.address.to_string())).await
}

/// A server that never ends: the check does, and it has read a bounded number of bytes.
async fn is_bounded<C: Check>(
    answer: impl Into<Vec<u8>>,
    repeated: &'static [u8],
    check: impl FnOnce(&str) -> C,
) -> Result<(), String> {
    let mut server = Conversation::start(answer, Then::Repeat(repeated)).await;
    let outcome = outcome(&check(&server.address.to_string())).await;
    let written = soon("the check to close", server.ended()).await;
    assert!(written < SOCKETS, "{written} bytes were taken");
    outcome
}

/// A check that hangs is given up by a drop, which closes its connection.
async fn ends_when_dropped<C: Check>(check: impl FnOnce(&str) -> C) {
    let mut server = Conversation::start("", Then::Wait).await;
    let check = check(&server.address.to_string());
    let waited = tokio::time::timeout(std::time::Duration::from_millis(100), check.check()).await;
    assert!(waited.is_err(), "{waited:?}");
    soon("the connection to close", server.ended()).await;
}

#[track_caller]
fn refused<T: std::fmt::Debug>(made: Result<T, obskit::Error>, expected: &str) {
    let error = made.unwrap_err();
    assert!(error.is_config(), "{error}");
    let text = error.to_string();
    assert!(text.contains(expected), "{text:?} is to say {expected:?}");
    assert!(!text.contains("hunter2"), "{text:?}");
}
