//! Tasks that belong to the request that started them.

use tokio::task::JoinHandle;

use super::current::{InContext, current};

/// [`tokio::spawn`] for a task that is part of the current request, if there is one.
///
/// # Panics
///
/// As `tokio::spawn`: when called outside a runtime.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(InContext::new(future, current()))
}

/// [`tokio::task::spawn_blocking`] for work that is part of the current request, if there is one.
///
/// # Panics
///
/// As `tokio::task::spawn_blocking`: when called outside a runtime.
pub fn spawn_blocking<F, T>(work: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let context = current();
    tokio::task::spawn_blocking(move || match context {
        Some(context) => context.sync_scope(work),
        None => work(),
    })
}
