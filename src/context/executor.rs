//! An executor whose tasks belong to the request that started them.

use hyper::rt::Executor;

use super::current::{InContext, current};

/// Wraps an executor given to a hyper client, so that what it spawns keeps the current request.
#[derive(Clone, Copy, Debug)]
pub struct ContextExecutor<E>(pub E);

impl<E, F> Executor<F> for ContextExecutor<E>
where
    E: Executor<InContext<F>>,
    F: Future,
{
    fn execute(&self, future: F) {
        self.0.execute(InContext::new(future, current()));
    }
}
