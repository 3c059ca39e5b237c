//! Whether memory is left.

#[cfg(target_os = "linux")]
mod cgroup;
#[cfg(target_os = "linux")]
#[path = "memory/linux.rs"]
mod system;
#[cfg(not(target_os = "linux"))]
#[path = "memory/unsupported.rs"]
mod system;

use super::single::Single;
use super::text::{self, Bytes};
use crate::health::{BoxError, Check};

/// Passes while at most a share of the memory is used, 90 % at first: of the machine's, and of
/// every control group's that the process is in.
///
/// A container's limit is its control group's. There the use is counted as Kubernetes counts it,
/// without the file cache that can be given back (`inactive_file`); versions 1 and 2 are read. The
/// machine's use is what is not `MemAvailable`. On other systems than Linux there is nothing to
/// read and the check passes.
///
/// As a critical check it takes an instance that is about to be killed out of the traffic; as an
/// optional one it warns.
///
/// ```
/// use obskit::health::checks::Memory;
///
/// let memory = Memory::new().max_used_percent(85);
/// ```
#[derive(Debug)]
pub struct Memory {
    max_used_percent: u8,
    single: Single<Vec<Usage>>,
}

/// What is used of what may be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Usage {
    whose: &'static str,
    used: u64,
    limit: u64,
}

impl Memory {
    /// A check of the machine and the control groups.
    pub fn new() -> Self {
        Self { max_used_percent: 90, single: Single::default() }
    }

    /// How many hundredths may be used.
    #[must_use]
    pub fn max_used_percent(self, percent: u8) -> Self {
        Self { max_used_percent: percent, ..self }
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Check for Memory {
    async fn check(&self) -> Result<(), BoxError> {
        let usages = self.single.run(system::usages).await?;
        let most = self.max_used_percent;
        let over = usages.iter().find(|usage| text::is_more(usage.used, most, usage.limit));
        let Some(Usage { whose, used, limit }) = over else { return Ok(()) };
        let (used, limit) = (Bytes(*used), Bytes(*limit));
        Err(format!("{used} of the {whose}'s {limit} are used, expected at most {most} %").into())
    }
}
