//! Functions that return every kind of thing.

use obskit::instrument_endpoint;
use std::pin::Pin;
use tokio_stream::Stream;

/// Nothing.
#[instrument_endpoint]
pub async fn nothing() {
    tokio::task::yield_now().await;
}

/// Nothing, at once.
#[instrument_endpoint(counter(strict_nothings_total, "Nothings"))]
pub fn nothing_at_once(flag: bool) {
    if flag {
        return;
    }
    debug_assert!(!flag, "it is false");
}

/// Never.
#[instrument_endpoint]
pub async fn never() -> ! {
    std::future::pending().await
}

/// A stream.
#[instrument_endpoint]
pub fn stream(most: u32) -> impl Stream<Item = u32> {
    tokio_stream::iter(0..most)
}

/// A stream, later.
#[instrument_endpoint]
pub async fn stream_later(most: u32) -> impl Stream<Item = u32> + Send {
    tokio::task::yield_now().await;
    tokio_stream::iter(0..most)
}

/// Something behind a pointer.
#[instrument_endpoint]
#[must_use]
pub fn boxed(text: &str) -> Box<dyn Iterator<Item = char> + '_> {
    Box::new(text.chars())
}

/// A future.
#[instrument_endpoint]
pub fn future(text: &str) -> impl Future<Output = usize> + Send {
    let length = text.len();
    async move {
        tokio::task::yield_now().await;
        length
    }
}

/// A future behind a pointer.
#[instrument_endpoint]
#[must_use]
pub fn boxed_future(text: &str) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    Box::pin(async move {
        tokio::task::yield_now().await;
        text.len()
    })
}

/// Any error, by `?`.
///
/// # Errors
///
/// It is no number.
#[instrument_endpoint(report = errors)]
pub async fn parsed(text: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    tokio::task::yield_now().await;
    let number = text.parse()?;
    Ok(number)
}

/// What may be absent.
#[instrument_endpoint(ok_if = result.is_some(), error_if = result.is_none())]
#[must_use]
pub fn perhaps(flag: bool) -> Option<u32> {
    flag.then_some(1)
}

/// For those who call from elsewhere.
#[instrument_endpoint]
#[must_use]
pub extern "C" fn foreign(number: i32) -> i32 {
    number.wrapping_add(1)
}
