//! Whether descriptors are left to open.

#[cfg(target_os = "linux")]
#[path = "file_descriptors/linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "file_descriptors/unsupported.rs"]
mod system;

use super::single::Single;
use super::text;
use crate::health::{BoxError, Check};

/// Passes while the process has opened at most a share of the descriptors it may, 90 % at first.
///
/// The limit is the soft one, `ulimit -n`. Past it no connection is accepted and no file opened.
/// On other systems than Linux there is nothing to read and the check passes.
///
/// ```
/// use obskit::health::checks::FileDescriptors;
///
/// let descriptors = FileDescriptors::new().max_used_percent(80);
/// ```
#[derive(Debug)]
pub struct FileDescriptors {
    max_used_percent: u8,
    single: Single<Result<Option<Used>, String>>,
}

/// What is open of what may be.
#[derive(Clone, Copy, Debug)]
struct Used {
    open: u64,
    limit: u64,
}

impl FileDescriptors {
    /// A check of this process.
    pub fn new() -> Self {
        Self { max_used_percent: 90, single: Single::default() }
    }

    /// How many hundredths of the limit may be open.
    #[must_use]
    pub fn max_used_percent(self, percent: u8) -> Self {
        Self { max_used_percent: percent, ..self }
    }
}

impl Default for FileDescriptors {
    fn default() -> Self {
        Self::new()
    }
}

impl Check for FileDescriptors {
    async fn check(&self) -> Result<(), BoxError> {
        match self.single.run(system::used).await?? {
            Some(Used { open, limit }) if text::is_more(open, self.max_used_percent, limit) => {
                let percent = self.max_used_percent;
                Err(format!("{open} of {limit} are open, expected at most {percent} %").into())
            }
            _ => Ok(()),
        }
    }
}
