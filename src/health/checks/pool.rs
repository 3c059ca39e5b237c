//! Whether a pool gives a connection.

use std::fmt;

use crate::health::{BoxError, Check};

use super::failure::because;

/// Passes where a pool gives a connection, and where that answers.
///
/// It works with every pool that gives connections by a future, and depends on none. It asks
/// through the driver, the password and the TLS that the service itself uses, and fails as well
/// where the pool is exhausted for longer than the check may take. The connection goes back when
/// it is dropped, as it is too where the check takes too long.
///
/// sqlx, whose pools are cheap clones:
///
/// ```
/// # mod sqlx {
/// #     #[derive(Clone)] pub struct PgPool;
/// #     pub struct PoolConnection;
/// #     pub type Result<T> = std::result::Result<T, std::fmt::Error>;
/// #     impl PgPool {
/// #         pub async fn acquire(&self) -> Result<PoolConnection> { Ok(PoolConnection) }
/// #     }
/// #     pub trait Connection {
/// #         async fn ping(&mut self) -> Result<()>;
/// #     }
/// #     impl Connection for PoolConnection {
/// #         async fn ping(&mut self) -> Result<()> { Ok(()) }
/// #     }
/// # }
/// use obskit::health::checks::Pool;
/// use sqlx::Connection as _;
///
/// # fn check(pool: sqlx::PgPool) {
/// let store = Pool::new(move || {
///     let pool = pool.clone();
///     async move { pool.acquire().await }
/// })
/// .ping(|mut connection| async move { connection.ping().await });
/// # }
/// ```
///
/// deadpool, here of tokio-postgres:
///
/// ```
/// # mod deadpool_postgres {
/// #     #[derive(Clone)] pub struct Pool;
/// #     pub struct Object;
/// #     pub type Result<T> = std::result::Result<T, std::fmt::Error>;
/// #     impl Pool {
/// #         pub async fn get(&self) -> Result<Object> { Ok(Object) }
/// #     }
/// #     impl Object {
/// #         pub async fn simple_query(&self, _: &str) -> Result<Vec<()>> { Ok(Vec::new()) }
/// #     }
/// # }
/// # use obskit::health::checks::Pool;
/// # fn check(pool: deadpool_postgres::Pool) {
/// let store = Pool::new(move || {
///     let pool = pool.clone();
///     async move { pool.get().await }
/// })
/// .ping(|client| async move { client.simple_query("SELECT 1").await });
/// # }
/// ```
///
/// bb8, which tests a connection itself before it gives it (`test_on_check_out`):
///
/// ```
/// # mod bb8 {
/// #     pub struct Pool<M>(pub M);
/// #     impl<M: Clone> Clone for Pool<M> { fn clone(&self) -> Self { Self(self.0.clone()) } }
/// #     impl<M> Pool<M> { pub async fn get(&self) -> Result<&M, std::fmt::Error> { Ok(&self.0) } }
/// # }
/// # #[derive(Clone)] struct RedisConnectionManager;
/// # use obskit::health::checks::Pool;
/// # fn check(pool: bb8::Pool<RedisConnectionManager>) {
/// let cache = Pool::new(move || {
///     let pool = pool.clone();
///     async move { pool.get().await.map(drop) }
/// });
/// # }
/// ```
#[derive(Clone)]
pub struct Pool<A, P = Unasked> {
    acquire: A,
    ping: P,
}

/// A [`Pool`] whose connections are not asked anything.
#[derive(Clone, Copy, Debug)]
pub struct Unasked;

impl<A> Pool<A> {
    /// A check that takes a connection by `acquire` and gives it back.
    pub fn new<F, C, E>(acquire: A) -> Self
    where
        A: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<C, E>> + Send,
    {
        Self { acquire, ping: Unasked }
    }

    /// Asks the connection as well, by a ping or a cheap query.
    pub fn ping<F, C, E, P, G, T, D>(self, ping: P) -> Pool<A, P>
    where
        A: Fn() -> F,
        F: Future<Output = Result<C, E>>,
        P: Fn(C) -> G + Send + Sync + 'static,
        G: Future<Output = Result<T, D>> + Send,
    {
        Pool { acquire: self.acquire, ping }
    }
}

impl<A, F, C, E> Check for Pool<A>
where
    A: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<C, E>> + Send,
    C: Send,
    E: Into<BoxError>,
{
    async fn check(&self) -> Result<(), BoxError> {
        acquired((self.acquire)().await).map(drop)
    }
}

impl<A, F, C, E, P, G, T, D> Check for Pool<A, P>
where
    A: Fn() -> F + Send + Sync + 'static,
    F: Future<Output = Result<C, E>> + Send,
    C: Send,
    E: Into<BoxError> + Send,
    P: Fn(C) -> G + Send + Sync + 'static,
    G: Future<Output = Result<T, D>> + Send,
    T: Send,
    D: Into<BoxError>,
{
    async fn check(&self) -> Result<(), BoxError> {
        let connection = acquired((self.acquire)().await)?;
        let answer = (self.ping)(connection).await;
        answer.map(drop).map_err(because("the connection does not answer"))
    }
}

fn acquired<C>(answer: Result<C, impl Into<BoxError>>) -> Result<C, BoxError> {
    answer.map_err(because("the pool gives no connection"))
}

impl<A, P> fmt::Debug for Pool<A, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}
