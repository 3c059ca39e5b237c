//! tokio runtimes: how busy their workers are and how much work waits.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, RuntimeMetrics};

use crate::error::Error;
use crate::metrics::catalog::{self, Definition};
use crate::metrics::{Counter, Family, FloatCounter, FloatGauge, Gauge, Metrics, Text};

/// The `runtime_*` families, told apart by the label `runtime`, and by the worker's number in
/// `worker` where they are a worker's own.
///
/// They hold what tokio measures in stable releases, so they need no `tokio_unstable`.
#[derive(Clone)]
pub(crate) struct Runtimes {
    metrics: Metrics,
    families: Families,
    names: Arc<Mutex<Vec<Box<str>>>>,
}

#[derive(Clone)]
struct Families {
    workers: Family<(Text,), Gauge>,
    alive_tasks: Family<(Text,), Gauge>,
    queue_depth: Family<(Text,), Gauge>,
    busy_ratio: Family<(Text,), FloatGauge>,
    busy_seconds: Family<(Text, u16), FloatCounter>,
    parks: Family<(Text, u16), Counter>,
}

/// One runtime and when it was last looked at.
struct Watched {
    name: Box<str>,
    runtime: RuntimeMetrics,
    families: Families,
    /// Taken by scrapes alone.
    last: Mutex<Look>,
}

struct Look {
    at: Instant,
    busy: Duration,
}

/// The shortest time over which a ratio is taken, so that one scraper does not leave another with
/// the ratio of a millisecond.
const SHORTEST: Duration = Duration::from_secs(1);

impl Runtimes {
    /// Adds the families to `metrics`.
    ///
    /// # Errors
    ///
    /// When one of the names is taken.
    pub(crate) fn register(metrics: &Metrics) -> Result<Self, Error> {
        let families = Families::register(metrics)?;
        Ok(Self { metrics: metrics.clone(), families, names: Arc::default() })
    }

    /// Has the runtime of `handle`, of any flavour, read before each scrape.
    ///
    /// # Errors
    ///
    /// When another runtime has the name.
    pub(crate) fn watch(&self, name: &str, handle: &Handle) -> Result<(), Error> {
        self.take(name)?;
        let watched = Watched {
            name: name.into(),
            runtime: handle.metrics(),
            families: self.families.clone(),
            last: Mutex::new(Look { at: Instant::now(), busy: Duration::ZERO }),
        };
        lock(&watched.last).busy = watched.read_workers();
        self.metrics.before_scrape(move || watched.read());
        Ok(())
    }

    /// The same for the runtime that the caller is in.
    ///
    /// # Errors
    ///
    /// When the caller is in none, or another runtime has the name.
    pub(crate) fn watch_current(&self, name: &str) -> Result<(), Error> {
        match Handle::try_current() {
            Ok(handle) => self.watch(name, &handle),
            Err(_) => Err(Error::metric(format!(
                "the runtime {name:?} cannot be watched, for the caller is in none"
            ))),
        }
    }

    /// The same for the runtime that the caller is in, if it is in one and none is watched yet, by
    /// the name of `main`.
    pub(crate) fn watch_first(&self) -> Result<(), Error> {
        let first = lock(&self.names).is_empty();
        let handle = Handle::try_current().ok().filter(|_| first);
        handle.map_or(Ok(()), |handle| self.watch("main", &handle))
    }

    fn take(&self, name: &str) -> Result<(), Error> {
        let mut names = lock(&self.names);
        if names.iter().any(|taken| **taken == *name) {
            let message = format!("a runtime named {name:?} is watched; a name is accepted once");
            return Err(Error::metric(message));
        }
        names.push(name.into());
        Ok(())
    }
}

impl fmt::Debug for Runtimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtimes").field("names", &lock(&self.names)).finish_non_exhaustive()
    }
}

impl Families {
    fn register(metrics: &Metrics) -> Result<Self, Error> {
        let gauge = |definition: &Definition| {
            metrics.gauge(definition.name, definition.help).labels(definition.labels).register()
        };
        let (ratio, busy) = (&catalog::RUNTIME_BUSY_RATIO, &catalog::RUNTIME_BUSY_SECONDS);
        let parks = &catalog::RUNTIME_PARKS;
        Ok(Self {
            workers: gauge(&catalog::RUNTIME_WORKERS)?,
            alive_tasks: gauge(&catalog::RUNTIME_ALIVE_TASKS)?,
            queue_depth: gauge(&catalog::RUNTIME_QUEUE_DEPTH)?,
            busy_ratio: metrics
                .float_gauge(ratio.name, ratio.help)
                .labels(ratio.labels)
                .register()?,
            busy_seconds: metrics
                .float_counter(busy.name, busy.help)
                .labels(busy.labels)
                .register()?,
            parks: metrics.counter(parks.name, parks.help).labels(parks.labels).register()?,
        })
    }
}

impl Watched {
    fn read(&self) {
        let (name, families) = (&*self.name, &self.families);
        families.workers.get((name,)).set(signed(self.runtime.num_workers()));
        families.alive_tasks.get((name,)).set(signed(self.runtime.num_alive_tasks()));
        families.queue_depth.get((name,)).set(signed(self.runtime.global_queue_depth()));
        let busy = self.read_workers();
        self.read_ratio(Look { at: Instant::now(), busy });
    }

    /// All the workers' time spent working.
    fn read_workers(&self) -> Duration {
        let name = &*self.name;
        // More workers than this tokio refuses to start.
        let numbers = (0..self.runtime.num_workers()).zip(0u16..);
        let read = |(worker, number)| {
            let busy = self.runtime.worker_total_busy_duration(worker);
            self.families.busy_seconds.get((name, number)).raise_to(busy.as_secs_f64());
            let parks = self.runtime.worker_park_count(worker);
            self.families.parks.get((name, number)).raise_to(parks);
            busy
        };
        numbers.map(read).sum()
    }

    fn read_ratio(&self, now: Look) {
        let mut last = lock(&self.last);
        if let Some(ratio) = busy_ratio(&last, &now, self.runtime.num_workers()) {
            self.families.busy_ratio.get((&*self.name,)).set(ratio);
            *last = now;
        }
    }
}

/// `None` until enough time has passed. A worker tells of long work at its end, so all of it may
/// fall into one short look: never more than 1.
fn busy_ratio(last: &Look, now: &Look, workers: usize) -> Option<f64> {
    let passed = now.at.saturating_duration_since(last.at);
    let workers = u32::try_from(workers).ok().filter(|workers| *workers > 0)?;
    let busy = now.busy.saturating_sub(last.busy).as_secs_f64();
    let ratio = busy / (passed.as_secs_f64() * f64::from(workers));
    (passed >= SHORTEST).then(|| ratio.min(1.0))
}

fn signed(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::runtime::{Builder, Runtime};
    use tokio::sync::oneshot;

    fn scrape(metrics: &Metrics) {
        let _ = metrics.text();
    }

    fn current_thread() -> Runtime {
        Builder::new_current_thread().build().unwrap()
    }

    #[test]
    fn runtimes_of_both_flavours_are_told_apart() {
        let metrics = Metrics::default();
        let runtimes = Runtimes::register(&metrics).unwrap();
        let (many, one) =
            (Builder::new_multi_thread().worker_threads(3).build().unwrap(), current_thread());
        runtimes.watch("many", many.handle()).unwrap();
        runtimes.watch("one", one.handle()).unwrap();
        let ends = [&many, &many, &one].map(|runtime| {
            let (end, ended) = oneshot::channel::<()>();
            (end, runtime.spawn(ended))
        });
        scrape(&metrics);
        let families = &runtimes.families;
        let read = |name: &str| {
            (families.workers.get((name,)).value(), families.alive_tasks.get((name,)).value())
        };
        assert_eq!((read("many"), read("one")), ((3, 2), (1, 1)));
        // No one drives the second, so its task waits.
        assert_eq!(families.queue_depth.get(("one",)).value(), 1);
        drop(ends.map(|(end, task)| {
            end.send(()).unwrap();
            task
        }));
        drop((many, one));
        scrape(&metrics);
        assert_eq!((read("many"), read("one")), ((3, 0), (1, 0)));
    }

    /// A worker tells of its work when it goes to sleep, so the task waits until it slept.
    #[test]
    fn work_and_sleep_are_counted() {
        let metrics = Metrics::default();
        let runtimes = Runtimes::register(&metrics).unwrap();
        let runtime = current_thread();
        runtimes.watch("main", runtime.handle()).unwrap();
        let (worked, works) = std::sync::mpsc::channel();
        let (wake, woken) = oneshot::channel();
        let task = runtime.spawn(async move {
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(20) {
                std::hint::black_box(());
            }
            worked.send(Handle::current().metrics().worker_park_count(0)).unwrap();
            woken.await
        });
        let seen = runtime.metrics();
        let waker = std::thread::spawn(move || {
            let before = works.recv().unwrap();
            while seen.worker_park_count(0) == before {
                std::thread::yield_now();
            }
            wake.send(()).unwrap();
        });
        runtime.block_on(task).unwrap().unwrap();
        waker.join().unwrap();
        scrape(&metrics);
        let busy = runtimes.families.busy_seconds.get(("main", 0)).value();
        assert!((0.02..10.0).contains(&busy), "{busy}");
        assert!(runtimes.families.parks.get(("main", 0)).value() > 0);
    }

    #[test]
    fn a_name_is_accepted_once() {
        let runtimes = Runtimes::register(&Metrics::default()).unwrap();
        let runtime = current_thread();
        runtimes.watch("main", runtime.handle()).unwrap();
        assert!(runtimes.watch("main", runtime.handle()).unwrap_err().is_metric());
    }

    #[test]
    fn ratios_are_of_all_workers_and_at_most_one() {
        let start = Instant::now();
        let look = |millis, busy| Look {
            at: start + Duration::from_millis(millis),
            busy: Duration::from_millis(busy),
        };
        let first = look(0, 500);
        for (millis, busy, workers, expected) in [
            (999, 900, 1, None),
            (1_000, 500, 1, Some(0.0)),
            (1_000, 1_250, 1, Some(0.75)),
            (10_000, 10_500, 4, Some(0.25)),
            (1_000, 9_000, 2, Some(1.0)),
            (1_000, 100, 1, Some(0.0)),
            (1_000, 900, 0, None),
        ] {
            assert_eq!(busy_ratio(&first, &look(millis, busy), workers), expected);
        }
    }
}
