//! What calls databases, caches and services.

use obskit::instrument_dependency;
use std::io;

use crate::labels::DayType;

/// Reads a workout.
///
/// # Errors
///
/// There is none.
#[instrument_dependency(
    "postgres",
    operation = "get_workout",
    fields(id),
    counter(strict_reads_total, "Reads", labels(day_type = day_type), when = success),
    histogram(
        strict_rows,
        "Rows",
        value = result.as_ref().map_or(0, String::len),
        buckets = [1, 10],
    ),
    slow = "1s",
    report = server_errors,
    ok_if = result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::NotFound),
    error_if = result.as_ref().is_ok_and(String::is_empty),
    crate = obskit,
)]
pub async fn get_workout(id: u32, day_type: DayType) -> io::Result<String> {
    tokio::task::yield_now().await;
    match id {
        0 => Err(io::ErrorKind::NotFound.into()),
        1 => Err(io::Error::other("it is gone")),
        _ => Ok(format!("{id}: {day_type:?}")),
    }
}

/// Asks the cache.
#[instrument_dependency("redis")]
#[must_use]
pub fn get_cached(key: &str) -> Option<&str> {
    key.strip_prefix("key:")
}
