//! Functions with parameters of every kind.

use obskit::{Label, instrument_endpoint};
use std::fmt::{Debug, Display};

/// What is largest, by type.
///
/// # Errors
///
/// There is none.
#[instrument_endpoint(
    counter(strict_largest_total, "Searches", labels(label: L = label, length = length(items))),
)]
pub fn largest<T, L>(items: &[T], label: L) -> Result<&T, &'static str>
where
    T: Ord + Debug,
    L: Label + Copy,
{
    items.iter().max().ok_or("there is none")
}

/// What is longest, by lifetime.
#[must_use]
#[instrument_endpoint]
pub fn longest<'a>(one: &'a str, other: &'a str) -> &'a str {
    if one.len() < other.len() { other } else { one }
}

/// As many as the type says.
#[instrument_endpoint]
pub async fn repeated<const N: usize>(text: impl Display + Send) -> [String; N] {
    tokio::task::yield_now().await;
    std::array::from_fn(|position| format!("{text}{position}"))
}

/// What a closure says.
#[instrument_endpoint]
pub async fn asked<F, T>(ask: F) -> T
where
    F: AsyncFnOnce() -> T,
{
    ask().await
}

/// Parameters in patterns.
#[instrument_endpoint(
    fields(first, last, rest = rest.len()),
    counter(strict_patterns_total, "Patterns", by = first + last, when = first < 3),
)]
#[must_use]
pub fn patterns((first, _): (u32, u32), [.., last]: [u32; 2], mut rest: Vec<u32>, _: ()) -> u32 {
    rest.push(first);
    rest.iter().sum::<u32>() + last
}

/// As a label has it.
fn length<T>(items: &[T]) -> u16 {
    u16::try_from(items.len()).unwrap_or(u16::MAX)
}
