//! Workers and scheduled tasks.

use obskit::instrument_job;
use std::io;

/// Saves it all.
///
/// # Errors
///
/// There is no room.
#[instrument_job(
    "nightly_backup",
    schedule = "0 2 * * *",
    max_runtime = "1h",
    fields(bytes),
    counter(strict_saved_bytes_total, "Bytes", by = bytes, when = success),
    histogram(strict_backup_bytes, "Bytes", value = bytes, buckets = [1e3, 1e6]),
    slow = "30m",
    report = errors,
    ok_if = bytes == 0,
    error_if = result.as_ref().is_ok_and(|saved| *saved < bytes),
    crate = ::obskit,
)]
pub async fn back_up(bytes: u32) -> io::Result<u32> {
    tokio::task::yield_now().await;
    if bytes > 1_000_000 {
        return Err(io::ErrorKind::StorageFull.into());
    }
    Ok(bytes)
}

/// Throws away what is old.
#[instrument_job("clean_up", schedule = "@daily")]
pub fn clean_up() {}
