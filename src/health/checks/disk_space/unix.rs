//! Unix: what `statvfs` says.

use std::path::Path;

use rustix::fs::{StatVfsMountFlags, statvfs};

use super::Space;

/// The space where `path` is. It may block for long.
pub(super) fn space(path: &Path) -> Result<Option<Space>, String> {
    let found = statvfs(path).map_err(|error| std::io::Error::from(error).to_string())?;
    Ok(Some(Space {
        free: found.f_bavail.saturating_mul(found.f_frsize),
        total: found.f_blocks.saturating_mul(found.f_frsize),
        free_inodes: found.f_favail,
        inodes: found.f_files,
        is_read_only: found.f_flag.contains(StatVfsMountFlags::RDONLY),
    }))
}
