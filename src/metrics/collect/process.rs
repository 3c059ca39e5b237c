//! The process's use of the machine, under the names that every Prometheus client gives it.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod network;
#[cfg(not(target_os = "linux"))]
mod unsupported;

#[cfg(target_os = "linux")]
pub(super) use linux::register;
#[cfg(not(target_os = "linux"))]
pub(super) use unsupported::register;
