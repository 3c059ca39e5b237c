//! Linux: what /proc/self says.

use std::fs;
use std::sync::Arc;

use procfs::process::{Io, Limit, LimitValue, Limits, Process, Stat};

use crate::error::Error;
use crate::metrics::catalog::{self, Definition};
use crate::metrics::{Counter, Family, Gauge, Metrics};

use super::Descriptors;
use super::network::Octets;

/// Registers what can be read of this process, and has it read anew before each scrape.
///
/// A file that a hardened /proc hides takes its metrics with it, rather than have them say 0. One
/// that can no longer be read later leaves the last values standing.
///
/// # Errors
///
/// When one of the names is taken.
pub(in crate::metrics::collect) fn register(metrics: &Metrics) -> Result<(), Error> {
    let Ok(process) = Process::myself() else { return Ok(()) };
    let process = Arc::new(process);
    register_stat(metrics, Arc::clone(&process))?;
    register_io(metrics, Arc::clone(&process))?;
    register_limits(metrics, process)?;
    register_open_fds(metrics)?;
    register_network(metrics)
}

/// What the process has open; nothing where /proc does not tell.
pub(crate) fn descriptors() -> Option<Descriptors> {
    let limit = match Process::myself().ok()?.limits().ok()?.max_open_files.soft_limit {
        LimitValue::Value(limit) => Some(limit),
        LimitValue::Unlimited => None,
    };
    Some(Descriptors { open: open_fds()?, limit })
}

fn register_stat(metrics: &Metrics, process: Arc<Process>) -> Result<(), Error> {
    mirror(
        metrics,
        move || process.stat().ok(),
        |stat| {
            register_start_time(metrics, stat)?;
            let cpu = &catalog::PROCESS_CPU;
            let cpu = metrics.float_counter(cpu.name, cpu.help).register()?;
            let threads = gauge(metrics, &catalog::PROCESS_THREADS)?;
            let resident = gauge(metrics, &catalog::PROCESS_RESIDENT_MEMORY)?;
            let virtual_size = gauge(metrics, &catalog::PROCESS_VIRTUAL_MEMORY)?;
            let major_faults = counter(metrics, &catalog::PROCESS_MAJOR_PAGE_FAULTS)?;
            let minor_faults = counter(metrics, &catalog::PROCESS_MINOR_PAGE_FAULTS)?;
            Ok(move |stat: &Stat| {
                cpu.raise_to(seconds(stat.utime.saturating_add(stat.stime)));
                threads.set(stat.num_threads);
                resident.set(signed(stat.rss.saturating_mul(procfs::page_size())));
                virtual_size.set(signed(stat.vsize));
                major_faults.raise_to(stat.majflt);
                minor_faults.raise_to(stat.minflt);
            })
        },
    )
}

fn register_start_time(metrics: &Metrics, stat: &Stat) -> Result<(), Error> {
    let Ok(boot) = procfs::boot_time_secs() else { return Ok(()) };
    let started = &catalog::PROCESS_START_TIME;
    let started = metrics.float_gauge(started.name, started.help).register()?;
    #[expect(clippy::cast_precision_loss, reason = "exact for the next 285 million years")]
    started.set(boot as f64 + seconds(stat.starttime));
    Ok(())
}

fn register_io(metrics: &Metrics, process: Arc<Process>) -> Result<(), Error> {
    mirror(
        metrics,
        move || process.io().ok(),
        |_| {
            let read = counter(metrics, &catalog::PROCESS_STORAGE_READ)?;
            let written = counter(metrics, &catalog::PROCESS_STORAGE_WRITTEN)?;
            Ok(move |io: &Io| {
                read.raise_to(io.read_bytes);
                written.raise_to(io.write_bytes);
            })
        },
    )
}

fn register_limits(metrics: &Metrics, process: Arc<Process>) -> Result<(), Error> {
    mirror(
        metrics,
        move || process.limits().ok(),
        |first| {
            let gauge =
                |definition, limit| value(limit).map(|_| gauge(metrics, definition)).transpose();
            let fds = gauge(&catalog::PROCESS_MAX_FDS, first.max_open_files)?;
            let memory = gauge(&catalog::PROCESS_VIRTUAL_MEMORY_MAX, first.max_address_space)?;
            Ok(move |limits: &Limits| {
                set_limit(fds.as_deref(), limits.max_open_files);
                set_limit(memory.as_deref(), limits.max_address_space);
            })
        },
    )
}

fn register_open_fds(metrics: &Metrics) -> Result<(), Error> {
    mirror(metrics, open_fds, |_| {
        let open = gauge(metrics, &catalog::PROCESS_OPEN_FDS)?;
        Ok(move |fds: &u64| open.set(signed(*fds)))
    })
}

fn register_network(metrics: &Metrics) -> Result<(), Error> {
    mirror(metrics, Octets::read, |_| {
        let received = counter(metrics, &catalog::PROCESS_NETWORK_RECEIVE)?;
        let transmitted = counter(metrics, &catalog::PROCESS_NETWORK_TRANSMIT)?;
        Ok(move |octets: &Octets| {
            received.raise_to(octets.received);
            transmitted.raise_to(octets.transmitted);
        })
    })
}

fn gauge(metrics: &Metrics, definition: &Definition) -> Result<Family<(), Gauge>, Error> {
    metrics.gauge(definition.name, definition.help).register()
}

fn counter(metrics: &Metrics, definition: &Definition) -> Result<Family<(), Counter>, Error> {
    metrics.counter(definition.name, definition.help).register()
}

/// If `read` finds something, registers the metrics for it, which are set to it now and to what
/// `read` finds before each scrape.
fn mirror<T, Set>(
    metrics: &Metrics,
    read: impl Fn() -> Option<T> + Send + Sync + 'static,
    register: impl FnOnce(&T) -> Result<Set, Error>,
) -> Result<(), Error>
where
    Set: Fn(&T) + Send + Sync + 'static,
{
    let Some(first) = read() else { return Ok(()) };
    let set = register(&first)?;
    set(&first);
    metrics.before_scrape(move || read().iter().for_each(&set));
    Ok(())
}

/// Since Linux 6.2 the directory's size tells. Before, the entries are counted, of which one is
/// the count's own.
fn open_fds() -> Option<u64> {
    const DIRECTORY: &str = "/proc/self/fd";
    match fs::metadata(DIRECTORY).ok()?.len() {
        0 => u64::try_from(fs::read_dir(DIRECTORY).ok()?.count()).ok()?.checked_sub(1),
        count => Some(count),
    }
}

/// From clock ticks, of which there are 100 in a second.
fn seconds(ticks: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "exact for the next 2.8 million years")]
    let seconds = ticks as f64 / procfs::ticks_per_second() as f64;
    seconds
}

fn set_limit(gauge: Option<&Gauge>, limit: Limit) {
    if let (Some(gauge), Some(limit)) = (gauge, value(limit)) {
        gauge.set(limit);
    }
}

/// None where there is no limit.
fn value(limit: Limit) -> Option<i64> {
    match limit.soft_limit {
        LimitValue::Value(value) => Some(signed(value)),
        LimitValue::Unlimited => None,
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read_is_registered_and_what_cannot_is_left_out() {
        for (read, free) in [(None, true), (Some(1), false)] {
            let metrics = Metrics::default();
            let register = |_: &u64| {
                let gauge = metrics.gauge("mirrored", "What was read.").register()?;
                Ok(move |found: &u64| gauge.set(signed(*found)))
            };
            mirror(&metrics, move || read, register).unwrap();
            let again = metrics.gauge("mirrored", "What was read.");
            assert_eq!(again.register().is_ok(), free, "{read:?}");
        }
    }
}
