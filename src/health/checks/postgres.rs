//! Whether PostgreSQL takes connections.

mod message;

use tokio::io::AsyncWriteExt;

use crate::error::Error;
use crate::health::{BoxError, Check};

use super::address::{Address, Url};
use super::connect::{Connector, LOST, Stream};
use super::failure::because;
use super::text::told;
use message::{Answer, Reader};

const PORT: u16 = 5432;
/// The longest name that PostgreSQL itself keeps.
const LONGEST_NAME: usize = 63;

/// Passes where a PostgreSQL server takes connections, as `pg_isready` tells it: no driver, no
/// query, no password.
///
/// It begins a session as `postgres`, or as the user and database given. Where the server lets it
/// in, it ends the session again; where it asks for a password or refuses the login, it takes
/// connections all the same and the check passes. It fails while the server starts or shuts down,
/// has no connection left, or does not have the database that was given. A login that it refuses
/// the server may write down, at each run; one that it lets in or asks for a password it does not.
///
/// The session is without TLS, which a server that wants TLS refuses as a login. Before PgBouncer
/// it tells of PgBouncer alone. [`Pool`](super::Pool) asks through the driver that the service
/// has, with its password and by a query.
///
/// ```
/// use obskit::health::checks::Postgres;
///
/// let store = Postgres::new("db.internal:5432")?.user("app").database("orders");
/// let replica = Postgres::from_url("postgres://app:secret@replica.internal/orders")?;
/// let local = Postgres::new("unix:/var/run/postgresql/.s.PGSQL.5432");
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Debug)]
pub struct Postgres {
    connector: Connector,
    user: String,
    database: Option<String>,
}

impl Postgres {
    /// A check of `host:port`, or of `unix:` and the path of a socket.
    ///
    /// # Errors
    ///
    /// When the address is malformed.
    pub fn new(address: &str) -> Result<Self, Error> {
        Ok(Self::at(Address::parse(address)?))
    }

    /// A check of the server, user and database of a URL, `postgres://user@host:port/database`,
    /// whose password and parameters are left aside.
    ///
    /// # Errors
    ///
    /// When the URL is malformed, as one without a host is. Nothing of it is shown.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let Url { address, user, password: _, path } =
            Url::parse(url, &["postgres", "postgresql"], PORT)?;
        let check = Self::at(address);
        let check = match user {
            Some(user) => check.user(user),
            None => check,
        };
        Ok(if path.is_empty() { check } else { check.database(path) })
    }

    /// Whose session it begins, at most 63 bytes of it.
    #[must_use]
    pub fn user(self, name: impl Into<String>) -> Self {
        Self { user: name_of(name.into()), ..self }
    }

    /// Which database the session is of, at most 63 bytes of its name. Without one it is the
    /// user's own, and may be missing.
    #[must_use]
    pub fn database(self, name: impl Into<String>) -> Self {
        Self { database: Some(name_of(name.into())), ..self }
    }

    fn at(address: Address) -> Self {
        Self { connector: Connector::to(address), user: "postgres".into(), database: None }
    }

    async fn begin(&self, stream: &mut dyn Stream) -> Result<(), BoxError> {
        let hello = message::startup(&self.user, self.database.as_deref());
        stream.write_all(&hello).await.map_err(because(LOST))?;
        let mut reader = Reader::new(stream);
        loop {
            match reader.next().await? {
                Answer::Ready => break,
                Answer::Refused { code, message } if self.is_down(&code) => {
                    return Err(format!("{} ({})", told(&message), told(&code)).into());
                }
                // It wants to know who we are, so it takes connections.
                Answer::Login | Answer::Refused { .. } => return Ok(()),
                Answer::Other => {}
            }
        }
        // The session ends politely, so that the server has nothing to log.
        stream.write_all(&message::TERMINATE).await.map_err(because(LOST))
    }

    /// Whether the service could not use the server either. What concerns the login alone it may
    /// well do better: class 28. The user's own database need not be there: 3D.
    fn is_down(&self, code: &[u8]) -> bool {
        match code.get(..2) {
            Some(b"28") => false,
            Some(b"3D") => self.database.is_some(),
            _ => true,
        }
    }
}

impl Check for Postgres {
    async fn check(&self) -> Result<(), BoxError> {
        let mut stream = self.connector.connect().await?;
        self.begin(&mut *stream).await
    }
}

/// Cut as the server cuts it, and before a zero, which would end it on the wire.
fn name_of(mut name: String) -> String {
    let end = name.find('\0').unwrap_or(name.len());
    name.truncate(name.floor_char_boundary(end.min(LONGEST_NAME)));
    name
}
