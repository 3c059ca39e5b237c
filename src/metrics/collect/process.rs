//! The process's use of the machine, under the names that every Prometheus client gives it.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod network;
#[cfg(not(target_os = "linux"))]
mod unsupported;

#[cfg(target_os = "linux")]
pub(crate) use linux::descriptors;
#[cfg(target_os = "linux")]
pub(super) use linux::register;
#[cfg(not(target_os = "linux"))]
pub(crate) use unsupported::descriptors;
#[cfg(not(target_os = "linux"))]
pub(super) use unsupported::register;

/// The files and sockets that the process has open, and how many may be; without a limit none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Descriptors {
    pub(crate) open: u64,
    pub(crate) limit: Option<u64>,
}
