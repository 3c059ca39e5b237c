//! Whether Redis answers.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use crate::config::Secret;
use crate::error::Error;
use crate::health::{BoxError, Check};

use super::address::{Address, Url};
use super::connect::{Connector, LOST, Stream};
use super::failure::because;
use super::text::told;

const PORT: u16 = 6379;
/// The most that is read in one run.
const MOST_BYTES: u64 = 4 * 1024;

/// Passes where a Redis server, or one that speaks its protocol, answers `PING` with `PONG`.
///
/// It fails while the server loads its data (`LOADING`), has lost its master (`MASTERDOWN`) or
/// wants a password that was not given (`NOAUTH`). It speaks without TLS; for TLS, Sentinel or a
/// cluster, [`Pool`](super::Pool) asks through the client that the service has.
///
/// ```
/// use obskit::config::Secret;
/// use obskit::health::checks::Redis;
///
/// let cache = Redis::new("cache.internal:6379")?;
/// let queue = Redis::new("queue.internal:6379")?
///     .user("worker")
///     .password(Secret::from("secret".to_owned()));
/// let sessions = Redis::from_url("redis://:secret@sessions.internal")?;
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Debug)]
pub struct Redis {
    connector: Connector,
    user: Option<String>,
    password: Option<Secret<String>>,
}

impl Redis {
    /// A check of `host:port`, or of `unix:` and the path of a socket.
    ///
    /// # Errors
    ///
    /// When the address is malformed.
    pub fn new(address: &str) -> Result<Self, Error> {
        Ok(Self::at(Address::parse(address)?))
    }

    /// A check of the server, user and password of a URL, `redis://user:password@host:port/0`. The
    /// database's number is left aside.
    ///
    /// # Errors
    ///
    /// When the URL is malformed, or is `rediss`, which is TLS. Nothing of it is shown.
    pub fn from_url(url: &str) -> Result<Self, Error> {
        let Url { address, user, password, path: _ } = Url::parse(url, &["redis"], PORT)?;
        Ok(Self { user, password: password.map(Secret::from), ..Self::at(address) })
    }

    /// Who logs in, where the server has users. It takes a [`password`](Self::password) as well.
    #[must_use]
    pub fn user(self, name: impl Into<String>) -> Self {
        Self { user: Some(name.into()), ..self }
    }

    /// Logs in before it asks.
    #[must_use]
    pub fn password(self, password: Secret<String>) -> Self {
        Self { password: Some(password), ..self }
    }

    fn at(address: Address) -> Self {
        Self { connector: Connector::to(address), user: None, password: None }
    }

    /// AUTH where there is a password, then PING, in one write.
    fn commands(&self) -> Vec<u8> {
        let mut commands = Vec::new();
        if let Some(password) = &self.password {
            let user = self.user.as_deref();
            let words = [Some("AUTH"), user, Some(password.expose())];
            command(&mut commands, &words.into_iter().flatten().collect::<Vec<_>>());
        }
        command(&mut commands, &["PING"]);
        commands
    }

    async fn ask(&self, stream: &mut dyn Stream) -> Result<(), BoxError> {
        stream.write_all(&self.commands()).await.map_err(because(LOST))?;
        let mut lines = BufReader::new(stream.take(MOST_BYTES));
        if self.password.is_some() {
            let reply = line(&mut lines).await?;
            // Old servers and proxies repeat what they do not know, which may be the password.
            let code = reply.split(|byte| *byte == b' ').next().unwrap_or_default();
            expect(&reply, b"+OK", "AUTH", code)?;
        }
        let reply = line(&mut lines).await?;
        expect(&reply, b"+PONG", "PING", &reply)
    }
}

impl Check for Redis {
    async fn check(&self) -> Result<(), BoxError> {
        let mut stream = self.connector.connect().await?;
        self.ask(&mut *stream).await
    }
}

/// An array of strings, as clients send commands.
fn command(bytes: &mut Vec<u8>, words: &[&str]) {
    bytes.extend_from_slice(format!("*{}\r\n", words.len()).as_bytes());
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
    }
}

/// A reply of one line, without its end.
async fn line(lines: &mut (impl AsyncBufReadExt + Unpin)) -> Result<Vec<u8>, BoxError> {
    let mut line = Vec::new();
    lines.read_until(b'\n', &mut line).await.map_err(because(LOST))?;
    match line.strip_suffix(b"\r\n") {
        Some(reply) => Ok(reply.to_vec()),
        None if line.is_empty() => Err("it closed the connection".into()),
        None => Err(stranger()),
    }
}

/// Whether the reply is the one expected; of an error, `shown` is said.
fn expect(reply: &[u8], expected: &[u8], to: &str, shown: &[u8]) -> Result<(), BoxError> {
    if reply == expected {
        return Ok(());
    }
    match shown.strip_prefix(b"-") {
        Some(error) => Err(format!("{to}: {}", told(error)).into()),
        None => Err(stranger()),
    }
}

fn stranger() -> BoxError {
    "what it answers is not Redis's protocol".into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn commands_are_arrays_of_counted_strings() {
        let ping = "*1\r\n$4\r\nPING\r\n";
        let check = |redis: Redis, expected: &str| {
            assert_eq!(String::from_utf8(redis.commands()).unwrap(), expected);
        };
        let plain = || Redis::new("localhost:6379").unwrap();
        let password = || Secret::from("pä ss\r\n".to_owned());
        check(plain(), ping);
        check(plain().user("only"), ping);
        let auth = "*2\r\n$4\r\nAUTH\r\n$8\r\npä ss\r\n\r\n";
        check(plain().password(password()), &format!("{auth}{ping}"));
        let auth = "*3\r\n$4\r\nAUTH\r\n$1\r\nw\r\n$8\r\npä ss\r\n\r\n";
        check(plain().user("w").password(password()), &format!("{auth}{ping}"));
    }

    proptest! {
        #[test]
        fn whatever_is_answered_ends(answer in prop::collection::vec(any::<u8>(), 0..99)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let check = Redis::new("localhost:6379").unwrap();
            for answer in [answer.clone(), [b"+PONG\r\n", answer.as_slice()].concat()] {
                let mut stream = tokio::io::join(answer.as_slice(), tokio::io::sink());
                let outcome = runtime.block_on(check.ask(&mut stream));
                prop_assert_eq!(outcome.is_ok(), answer.starts_with(b"+PONG\r\n"));
            }
        }
    }
}
