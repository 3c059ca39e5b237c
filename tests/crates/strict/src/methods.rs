//! Methods by every kind of `self`, and those of traits.

use obskit::{instrument_dependency, instrument_endpoint};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::labels::DayType;

/// A place to train at.
#[derive(Clone, Debug)]
pub struct Gym {
    /// As its members call it.
    name: String,
    /// What is trained there today.
    day_type: DayType,
    /// How often somebody came.
    visits: u64,
}

/// A place that opens, natively.
pub trait Opens {
    /// Opens it.
    fn open(&mut self) -> impl Future<Output = bool> + Send;

    /// Whether it is open, as most say.
    #[instrument_endpoint(name = "is_open")]
    fn is_open(&self) -> bool {
        true
    }
}

/// A place that closes, as an object.
#[async_trait::async_trait]
pub trait Closes: Send + Sync {
    /// Closes it.
    async fn close(&mut self, reason: &str) -> Result<usize, std::io::Error>;

    /// Locks it, as most do.
    #[instrument_endpoint]
    async fn lock(&self) -> bool {
        true
    }
}

impl Gym {
    /// One of that name.
    #[must_use]
    #[instrument_endpoint(name = "new_gym")]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), day_type: DayType::usual(), visits: 0 }
    }

    /// Looks at it.
    #[instrument_endpoint(
        fields(self.visits, name = self.name),
        counter(strict_looks_total, "Looks", labels(day_type: DayType = self.day_type)),
        histogram(strict_look_seconds, "Looks", value = Duration::from_millis(self.visits)),
        user = &self.name,
    )]
    pub async fn look(&self) -> &str {
        tokio::task::yield_now().await;
        &self.name
    }

    /// Goes there.
    #[instrument_endpoint(
        counter(strict_visits_total, "Visits", by = *result, labels(name = self.name), limit = 8),
    )]
    pub async fn visit(&mut self, times: u64) -> u64 {
        self.visits += times;
        self.visits
    }

    /// Its name, to be changed.
    #[instrument_endpoint]
    pub fn name_mut(&mut self) -> &mut String {
        &mut self.name
    }

    /// Shares it.
    #[instrument_endpoint]
    pub async fn share(self: Arc<Self>) -> Arc<Self> {
        Arc::clone(&self)
    }

    /// Looks at it where it is.
    #[instrument_endpoint]
    pub async fn pinned(self: Pin<&mut Self>) -> usize {
        self.name.len()
    }

    /// Takes it apart.
    #[instrument_dependency("demolition", operation = "take_apart", slow = "1h30m")]
    pub async fn take_apart(self: Box<Self>) -> String {
        self.name
    }

    /// Ends it.
    #[must_use]
    #[instrument_endpoint]
    pub fn end(self) -> String {
        self.name
    }
}

impl Opens for Gym {
    #[instrument_endpoint]
    async fn open(&mut self) -> bool {
        self.visits += 1;
        tokio::task::yield_now().await;
        self.visits > 0
    }
}

#[async_trait::async_trait]
impl Closes for Gym {
    #[instrument_endpoint(fields(reason), user = self.visits)]
    async fn close(&mut self, reason: &str) -> Result<usize, std::io::Error> {
        tokio::task::yield_now().await;
        self.visits = 0;
        if reason.is_empty() {
            return Err(std::io::Error::other("no reason"));
        }
        Ok(reason.len())
    }
}
