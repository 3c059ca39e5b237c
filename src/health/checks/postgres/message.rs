//! Messages of PostgreSQL's protocol, version 3.0, as far as the beginning of a session needs them.

use tokio::io::{AsyncReadExt, Take};

use crate::health::BoxError;

use super::super::connect::{LOST, Stream};
use super::super::failure::because;

/// Ends a session.
pub(super) const TERMINATE: [u8; 5] = [b'X', 0, 0, 0, 4];

/// The most that is read in one run; a server says some hundred bytes.
const MOST_BYTES: u64 = 64 * 1024;
const LONGEST_MESSAGE: usize = 16 * 1024;
const STRANGER: &str = "what it answers is not PostgreSQL's protocol";

/// What a message means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The session has begun.
    Ready,
    /// It asks for a proof of who we are.
    Login,
    /// It ends the session, by SQLSTATE and in words.
    Refused { code: Vec<u8>, message: Vec<u8> },
    /// Settings and notices.
    Other,
}

/// Reads messages of one session, a bounded number of bytes.
pub(super) struct Reader<'a> {
    bytes: Take<&'a mut dyn Stream>,
}

/// Asks for a session.
pub(super) fn startup(user: &str, database: Option<&str>) -> Vec<u8> {
    let mut body = vec![0, 3, 0, 0];
    let mut parameter = |name: &str, value: &str| {
        for text in [name, value] {
            body.extend_from_slice(text.as_bytes());
            body.push(0);
        }
    };
    parameter("user", user);
    if let Some(database) = database {
        parameter("database", database);
    }
    parameter("application_name", "obskit");
    body.push(0);
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX).saturating_add(4);
    [&length.to_be_bytes(), body.as_slice()].concat()
}

impl<'a> Reader<'a> {
    pub(super) fn new(stream: &'a mut dyn Stream) -> Self {
        Self { bytes: stream.take(MOST_BYTES) }
    }

    pub(super) async fn next(&mut self) -> Result<Answer, BoxError> {
        let mut head = [0; 5];
        self.read(&mut head).await?;
        let [kind, length @ ..] = head;
        let length = u32::from_be_bytes(length) as usize;
        let body = length.checked_sub(4).filter(|length| *length <= LONGEST_MESSAGE);
        let Some(length) = body else {
            // A server that cannot make a process says so in the words of version 2.
            let reason = if kind == b'E' { "it could begin no session" } else { STRANGER };
            return Err(reason.into());
        };
        if !matches!(kind, b'E' | b'K' | b'N' | b'R' | b'S' | b'Z' | b'v') {
            return Err(STRANGER.into());
        }
        let mut body = vec![0; length];
        self.read(&mut body).await?;
        Ok(Answer::of(kind, &body))
    }

    async fn read(&mut self, buffer: &mut [u8]) -> Result<(), BoxError> {
        match self.bytes.read_exact(buffer).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                let is_spent = self.bytes.limit() == 0;
                Err(if is_spent { STRANGER } else { "it closed the connection" }.into())
            }
            Err(error) => Err(because(LOST)(error)),
        }
    }
}

impl Answer {
    fn of(kind: u8, body: &[u8]) -> Self {
        match kind {
            b'Z' => Self::Ready,
            // AuthenticationOk is 0; all else wants an answer.
            b'R' if body != [0; 4] => Self::Login,
            b'E' => Self::Refused { code: field(body, b'C'), message: field(body, b'M') },
            _ => Self::Other,
        }
    }
}

/// A field of an `ErrorResponse`, empty where it is absent.
fn field(body: &[u8], name: u8) -> Vec<u8> {
    let mut fields = body.split(|byte| *byte == 0).filter_map(<[u8]>::split_first);
    let found = fields.find(|(found, _)| **found == name);
    found.map(|(_, value)| value.to_vec()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_session_is_asked_for_in_the_protocols_bytes() {
        let expected = b"\0\0\0\x3a\0\x03\0\0user\0app\0database\0orders\0\
                         application_name\0obskit\0\0";
        assert_eq!(startup("app", Some("orders")).as_slice(), &expected[..]);
        assert_eq!(expected.len(), 0x3a);
        assert!(!startup("app", None).windows(8).any(|bytes| bytes == b"database"));
    }

    #[test]
    fn answers_are_told_apart() {
        let refused = |code: &str, message: &str| Answer::Refused {
            code: code.into(),
            message: message.into(),
        };
        let cases: [(u8, &[u8], Answer); 8] = [
            (b'R', &[0, 0, 0, 0], Answer::Other),
            (b'R', &[0, 0, 0, 10, b'S'], Answer::Login),
            (b'R', &[], Answer::Login),
            (b'Z', b"I", Answer::Ready),
            (b'S', b"a\0b\0", Answer::Other),
            (b'E', b"SFATAL\0C57P03\0Mstarting up\0\0", refused("57P03", "starting up")),
            (b'E', b"", refused("", "")),
            (b'E', b"C", refused("", "")),
        ];
        for (kind, body, expected) in cases {
            assert_eq!(Answer::of(kind, body), expected, "{}", char::from(kind));
        }
    }

    proptest! {
        #[test]
        fn whatever_is_answered_ends(bytes in prop::collection::vec(any::<u8>(), 0..99)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let ended = runtime.block_on(async {
                let mut stream = tokio::io::join(bytes.as_slice(), tokio::io::sink());
                let mut reader = Reader::new(&mut stream);
                // Each message has five bytes at least.
                for _ in 0..20 {
                    if reader.next().await.is_err() {
                        return true;
                    }
                }
                false
            });
            prop_assert!(ended);
        }
    }
}
