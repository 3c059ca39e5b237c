//! Pools of the service's own.

use super::outcome;
use obskit::health::Check;
use obskit::health::checks::Pool;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A pool with so many connections.
fn pool(size: usize) -> (Arc<Semaphore>, impl Fn() -> Acquire + Send + Sync + 'static) {
    let semaphore = Arc::new(Semaphore::new(size));
    let own = Arc::clone(&semaphore);
    (semaphore, move || Box::pin(Arc::clone(&own).acquire_owned()) as Acquire)
}

type Acquire = std::pin::Pin<
    Box<dyn Future<Output = Result<OwnedSemaphorePermit, tokio::sync::AcquireError>> + Send>,
>;

#[tokio::test]
async fn a_connection_is_taken_asked_and_given_back() {
    let (semaphore, acquire) = pool(1);
    let check = Pool::new(acquire);
    assert_eq!(outcome(&check).await, Ok(()));
    let inside = Arc::clone(&semaphore);
    let check = check.ping(move |connection| {
        let free = inside.available_permits();
        async move {
            drop(connection);
            (free == 0).then_some(7).ok_or_else(|| format!("{free} free"))
        }
    });
    assert_eq!(outcome(&check).await, Ok(()));
    assert_eq!(semaphore.available_permits(), 1);
}

#[tokio::test]
async fn what_fails_is_told_apart() {
    let (semaphore, acquire) = pool(1);
    let check = Pool::new(acquire).ping(|_| async { Err::<(), _>(io::Error::other("broken")) });
    assert_eq!(outcome(&check).await, Err("the connection does not answer: broken".into()));
    semaphore.close();
    let closed = "the pool gives no connection: semaphore closed".to_owned();
    assert_eq!(outcome(&check).await, Err(closed));
}

#[tokio::test]
async fn an_exhausted_pool_is_waited_for_and_given_up() {
    let (semaphore, acquire) = pool(1);
    let taken = Arc::clone(&semaphore).acquire_owned().await.unwrap();
    let check = Pool::new(acquire);
    assert!(tokio::time::timeout(Duration::from_millis(50), check.check()).await.is_err());
    drop(taken);
    assert_eq!(outcome(&check).await, Ok(()));
}
