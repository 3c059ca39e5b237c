//! Whether a file system has room.

use std::path::PathBuf;

use super::single::Single;
use super::text::{self, Bytes};
use crate::health::{BoxError, Check};

#[cfg(unix)]
#[path = "disk_space/unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "disk_space/unsupported.rs"]
mod system;

const PERCENT: u8 = 5;

/// Passes where the file system of a path has room and can be written to.
///
/// It looks at the space that is left to a service without privileges, and at the inodes of file
/// systems that count them: at least 5 % of each unless said otherwise. A file system that is
/// mounted read-only fails, as many do by themselves after an error. A call to a dead network file
/// system hangs on a thread of its own, and the next run waits for it.
///
/// Where there is no `statvfs`, as on Windows, there is nothing to look at and the check passes.
///
/// ```
/// use obskit::health::checks::DiskSpace;
///
/// let uploads = DiskSpace::new("/var/lib/app/uploads").min_free(10 << 30);
/// let spool = DiskSpace::new("/var/spool/app").min_free_percent(10).min_free_inodes_percent(1);
/// ```
#[derive(Debug)]
pub struct DiskSpace {
    path: PathBuf,
    wanted: Wanted,
    single: Single<Result<Option<Space>, String>>,
}

/// What must be left.
#[derive(Clone, Copy, Debug, Default)]
struct Wanted {
    bytes: Option<u64>,
    percent: Option<u8>,
    inodes_percent: Option<u8>,
}

/// What there is.
#[derive(Clone, Copy, Debug)]
struct Space {
    free: u64,
    total: u64,
    free_inodes: u64,
    /// 0 where inodes are not counted.
    inodes: u64,
    is_read_only: bool,
}

impl DiskSpace {
    /// A check of the file system that holds a file or folder.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), wanted: Wanted::default(), single: Single::default() }
    }

    /// How many bytes must be free. Said alone, it stands in place of the 5 %.
    #[must_use]
    pub fn min_free(mut self, bytes: u64) -> Self {
        self.wanted.bytes = Some(bytes);
        self
    }

    /// How many hundredths of the space must be free.
    #[must_use]
    pub fn min_free_percent(mut self, percent: u8) -> Self {
        self.wanted.percent = Some(percent);
        self
    }

    /// How many hundredths of the inodes must be free; 0 turns that off.
    #[must_use]
    pub fn min_free_inodes_percent(mut self, percent: u8) -> Self {
        self.wanted.inodes_percent = Some(percent);
        self
    }
}

impl Check for DiskSpace {
    async fn check(&self) -> Result<(), BoxError> {
        let path = self.path.clone();
        let space = self.single.run(move || system::space(&path)).await?;
        let found = space.and_then(|space| space.map_or(Ok(()), |space| self.wanted.judge(space)));
        found.map_err(|reason| format!("{}: {reason}", self.path.display()).into())
    }
}

impl Wanted {
    fn judge(self, space: Space) -> Result<(), String> {
        let percent = self.percent.or(if self.bytes.is_none() { Some(PERCENT) } else { None });
        let percent = percent.unwrap_or(0);
        let bytes = self.bytes.unwrap_or(0);
        let inodes_percent = self.inodes_percent.unwrap_or(PERCENT);
        let Space { free, total, free_inodes, inodes, is_read_only } = space;
        if is_read_only {
            return Err("it is mounted read-only".into());
        }
        if free < bytes {
            return Err(format!("{} free, expected {}", Bytes(free), Bytes(bytes)));
        }
        if text::is_less(free, percent, total) {
            let found = text::percent(free, total);
            return Err(format!("{} ({found} %) free, expected {percent} %", Bytes(free)));
        }
        if text::is_less(free_inodes, inodes_percent, inodes) {
            let found = text::percent(free_inodes, inodes);
            return Err(format!("{found} % of its inodes free, expected {inodes_percent} %"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOMY: Space =
        Space { free: 50, total: 1000, free_inodes: 5, inodes: 100, is_read_only: false };

    #[track_caller]
    fn check(check: &DiskSpace, space: Space, expected: Result<(), &str>) {
        assert_eq!(check.wanted.judge(space), expected.map_err(str::to_owned), "{space:?}");
    }

    #[test]
    fn each_limit_holds() {
        let standard = DiskSpace::new("/");
        check(&standard, ROOMY, Ok(()));
        let full = Space { free: 49, ..ROOMY };
        check(&standard, full, Err("49 B (4 %) free, expected 5 %"));
        let no_inodes = Space { free_inodes: 4, ..ROOMY };
        check(&standard, no_inodes, Err("4 % of its inodes free, expected 5 %"));
        check(&DiskSpace::new("/").min_free_inodes_percent(0), no_inodes, Ok(()));
        let uncounted = Space { free_inodes: 0, inodes: 0, ..ROOMY };
        check(&standard, uncounted, Ok(()));
        let read_only = Space { is_read_only: true, ..ROOMY };
        check(&standard, read_only, Err("it is mounted read-only"));
    }

    #[test]
    fn bytes_stand_in_place_of_the_share() {
        check(&DiskSpace::new("/").min_free(10), Space { free: 10, ..ROOMY }, Ok(()));
        let lacking = Err("9 B free, expected 10 B");
        check(&DiskSpace::new("/").min_free(10), Space { free: 9, ..ROOMY }, lacking);
        let both = DiskSpace::new("/").min_free(10).min_free_percent(2);
        check(&both, Space { free: 19, ..ROOMY }, Err("19 B (1 %) free, expected 2 %"));
        let impossible = DiskSpace::new("/").min_free_percent(101);
        check(
            &impossible,
            Space { free: 1000, ..ROOMY },
            Err("1000 B (100 %) free, expected 101 %"),
        );
    }
}
