//! Linux: what /proc/self says.

use procfs::process::{LimitValue, Process};

use super::Used;

/// What is open, and `None` where there is no limit. It counts entries before Linux 6.2, which
/// takes some milliseconds where there are many.
pub(super) fn used() -> Result<Option<Used>, String> {
    let failed = |error: procfs::ProcError| error.to_string();
    let process = Process::myself().map_err(failed)?;
    let limit = process.limits().map_err(failed)?.max_open_files.soft_limit;
    let LimitValue::Value(limit) = limit else { return Ok(None) };
    let open = process.fd_count().map_err(failed)?;
    Ok(Some(Used { open: u64::try_from(open).unwrap_or(u64::MAX), limit }))
}
