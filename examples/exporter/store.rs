//! A database, pretended: it takes its time, and has few connections.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use obskit::metrics::PoolStatus;
use obskit::{Telemetry, instrument_dependency};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;
use tracing::debug;

use crate::dice::Dice;
use crate::workouts::{DayType, WORKOUTS, Workout};

/// Where workouts are kept.
#[derive(Clone, Debug)]
pub(crate) struct Store(Arc<Tables>);

/// Every connection was in use for too long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exhausted;

#[derive(Debug)]
struct Tables {
    idle: Semaphore,
    /// Push, pull, legs.
    completed: [AtomicU64; 3],
    dice: Dice,
}

const CONNECTIONS: usize = 8;
const PATIENCE: Duration = Duration::from_millis(500);

impl Store {
    /// Opens it, and has it and its pool watched.
    pub(crate) fn open(telemetry: &Telemetry) -> Result<Self, obskit::Error> {
        let (idle, completed) = (Semaphore::new(CONNECTIONS), Default::default());
        let tables = Arc::new(Tables { idle, completed, dice: Dice::default() });
        let watched = Arc::clone(&tables);
        telemetry.dependency("postgres").pool(move || {
            PoolStatus::new(CONNECTIONS, watched.idle.available_permits()).max(CONNECTIONS)
        });
        let store = Self(tables);
        let asked = store.clone();
        let ping = move || {
            let store = asked.clone();
            async move { store.ping().await }
        };
        // Without it there is nothing to serve; that it is busy once is no failure.
        telemetry.health().check("postgres", ping).fail_after(3).register()?;
        Ok(store)
    }

    /// Whether a connection is to be had, and answers.
    async fn ping(&self) -> Result<(), Exhausted> {
        self.connection(Duration::from_millis(1)).await.map(drop)
    }

    /// Every workout.
    #[instrument_dependency("postgres", operation = "list_workouts")]
    pub(crate) async fn list(&self) -> Result<Vec<Workout>, Exhausted> {
        let _connection = self.connection(Duration::from_millis(6)).await?;
        Ok((1..=WORKOUTS).filter_map(Workout::of).collect())
    }

    /// One workout.
    #[instrument_dependency("postgres", operation = "get_workout")]
    pub(crate) async fn get(&self, id: u64) -> Result<Option<Workout>, Exhausted> {
        let _connection = self.connection(Duration::from_millis(3)).await?;
        Ok(Workout::of(id))
    }

    /// Notes that somebody has done it.
    #[instrument_dependency(
        "postgres",
        operation = "complete_workout",
        fields(table = "workouts", workout = workout.id),
        slow = "100ms",
    )]
    pub(crate) async fn complete(
        &self,
        workout: &Workout,
        day_type: DayType,
    ) -> Result<(), Exhausted> {
        let _connection = self.connection(Duration::from_millis(8)).await?;
        let [push, pull, legs] = &self.0.completed;
        let counted = match day_type {
            DayType::Push => push,
            DayType::Pull => pull,
            DayType::Legs => legs,
        };
        counted.fetch_add(1, Ordering::Relaxed);
        debug!(rows = 1, bytes = 96 + workout.id, "written");
        Ok(())
    }

    /// How many users have not trained for a while.
    #[instrument_dependency("postgres", operation = "list_idle_users")]
    pub(crate) async fn idle_users(&self) -> Result<u64, Exhausted> {
        let _connection = self.connection(Duration::from_millis(120)).await?;
        Ok(self.0.dice.roll(9))
    }

    /// Completed workouts: push, pull, legs. From memory.
    pub(crate) fn completed(&self) -> [u64; 3] {
        self.0.completed.each_ref().map(|count| count.load(Ordering::Relaxed))
    }

    /// A connection on which work of so long has been done.
    async fn connection(&self, work: Duration) -> Result<SemaphorePermit<'_>, Exhausted> {
        let connection = timeout(PATIENCE, self.0.idle.acquire()).await;
        let connection = connection.map_err(|_| Exhausted)?.map_err(|_| Exhausted)?;
        self.0.dice.work(work).await;
        Ok(connection)
    }
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "all {CONNECTIONS} connections were in use for {PATIENCE:?}")
    }
}

impl Error for Exhausted {}
