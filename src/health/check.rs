//! What can be asked whether it works.

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;

/// Any error: what a check fails with.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Something that the service needs, and how to find out whether it works.
///
/// An `async` closure is one, whatever its answer holds beside an error:
///
/// ```
/// use obskit::Telemetry;
/// use obskit::config::Config;
///
/// # #[derive(Clone)]
/// # struct Pool;
/// # impl Pool {
/// #     async fn ping(&self) -> Result<u32, std::io::Error> { Ok(1) }
/// # }
/// # let pool = Pool;
/// let telemetry = Telemetry::build(Config::default())?;
/// telemetry.health().critical("postgres", move || {
///     let pool = pool.clone();
///     async move { pool.ping().await }
/// })?;
/// # Ok::<(), obskit::Error>(())
/// ```
///
/// A type of one's own says it in one method:
///
/// ```
/// use obskit::health::{BoxError, Check};
///
/// struct Mailer {
///     address: String,
/// }
///
/// impl Check for Mailer {
///     async fn check(&self) -> Result<(), BoxError> {
///         if self.address.is_empty() { Err("no address".into()) } else { Ok(()) }
///     }
/// }
/// ```
///
/// A check that takes too long is given up by dropping its future, so let it hold nothing that a
/// drop would break, and wait without blocking the thread: what blocks cannot be dropped.
pub trait Check: Send + Sync + 'static {
    /// Finds out, once. Its error is shown to trusted callers and logged, without secrets and cut
    /// to 1 KiB; a panic is a failure, too.
    fn check(&self) -> impl Future<Output = Result<(), BoxError>> + Send;
}

/// A check without its type.
#[cfg_attr(not(feature = "tokio"), expect(dead_code, reason = "checks run on tokio"))]
pub(super) trait Run: Send + Sync {
    fn run(self: Arc<Self>) -> Running;
}

pub(super) type Running = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

impl<F, Answer, T, E> Check for F
where
    F: Fn() -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<T, E>> + Send,
    E: Into<BoxError>,
{
    async fn check(&self) -> Result<(), BoxError> {
        self().await.map(drop).map_err(Into::into)
    }
}

impl<C: Check> Run for C {
    fn run(self: Arc<Self>) -> Running {
        Box::pin(async move { self.check().await })
    }
}
