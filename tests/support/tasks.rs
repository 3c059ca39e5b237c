//! Tasks that end together.

use hyper::rt::Executor;
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

/// An executor whose tasks can be stopped, all of them.
#[derive(Clone, Debug, Default)]
pub struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl Tasks {
    /// Drops every task where it stands, and returns when all are dropped.
    pub async fn stop(&self) {
        // A task that ends may start one more.
        loop {
            let mut tasks = std::mem::take(&mut *self.0.lock().unwrap());
            if tasks.is_empty() {
                return;
            }
            tasks.shutdown().await;
        }
    }
}

impl<F: Future<Output: Send> + Send + 'static> Executor<F> for Tasks {
    fn execute(&self, future: F) {
        let mut tasks = self.0.lock().unwrap();
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async {
            future.await;
        });
    }
}
