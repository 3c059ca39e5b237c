//! What detectors look at, read once.

use std::fs::File;
use std::io::Read as _;

use super::host;

/// Texts of files, empty where there is none.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) host_name: Option<String>,
    /// `/proc/self/cgroup`
    pub(super) groups: String,
    /// `/proc/self/mountinfo`
    pub(super) mounts: String,
    /// What Kubernetes tells a pod's service account.
    pub(super) namespace: String,
}

/// Of one file, whoever made it.
const MOST_BYTES: u64 = 1 << 20;

impl Files {
    pub(super) fn of_this_process() -> Self {
        Self {
            host_name: host::name(),
            groups: text("/proc/self/cgroup"),
            mounts: text("/proc/self/mountinfo"),
            namespace: text("/var/run/secrets/kubernetes.io/serviceaccount/namespace"),
        }
    }

    /// Each mount: which part of its file system it is, and where.
    pub(super) fn mounts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.mounts.lines().filter_map(|line| {
            let mut words = line.split(' ').skip(3);
            Some((words.next()?, words.next()?))
        })
    }
}

fn text(path: &str) -> String {
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes)) {
        Ok(_) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => String::new(),
    }
}
