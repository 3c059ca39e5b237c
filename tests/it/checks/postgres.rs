//! PostgreSQL's protocol.

use super::{answered, ends_when_dropped, is_bounded, outcome, refused};
use obskit::health::checks::Postgres;
use obskit_tests::conversation::{Conversation, Then};

const STRANGER: &str = "what it answers is not PostgreSQL's protocol";
const CLOSED: &str = "it closed the connection";

fn plain(address: &str) -> Postgres {
    Postgres::new(address).unwrap()
}

fn of_orders(address: &str) -> Postgres {
    plain(address).user("app").database("orders")
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind], &length[..], body].concat()
}

fn error(code: &str, text: &str) -> Vec<u8> {
    message(b'E', format!("SFATAL\0VFATAL\0C{code}\0M{text}\0Fpostmaster.c\0\0").as_bytes())
}

/// What a server says that lets us in.
fn welcome() -> Vec<u8> {
    [
        message(b'R', &[0, 0, 0, 0]),
        message(b'S', b"server_version\x0015.18\0"),
        message(b'K', &[0; 8]),
        message(b'N', b"SNOTICE\0Mhello\0\0"),
        message(b'Z', b"I"),
    ]
    .concat()
}

#[tokio::test]
async fn a_session_or_a_question_is_well() {
    let scram = message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0");
    let md5 = message(b'R', b"\0\0\0\x05salt");
    for answer in [welcome(), scram, md5] {
        assert_eq!(answered(answer.clone(), Then::Wait, plain).await, Ok(()), "{answer:?}");
        assert_eq!(answered(answer, Then::Wait, of_orders).await, Ok(()));
    }
}

#[tokio::test]
async fn the_code_of_an_error_decides() {
    let down = |code, text: &str| Err(format!("{text} ({code})"));
    let starting = "the database system is starting up";
    let missing = "database \"orders\" does not exist";
    let cases = [
        ("57P03", starting, down("57P03", starting), down("57P03", starting)),
        ("53300", "sorry", down("53300", "sorry"), down("53300", "sorry")),
        ("57P01", "a\tb", down("57P01", "a b"), down("57P01", "a b")),
        ("XX000", "x", down("XX000", "x"), down("XX000", "x")),
        ("", "x", down("", "x"), down("", "x")),
        ("28000", "no pg_hba.conf entry", Ok(()), Ok(())),
        ("28P01", "password authentication failed", Ok(()), Ok(())),
        ("3D000", missing, Ok(()), down("3D000", missing)),
    ];
    for (code, text, alone, with_database) in cases {
        assert_eq!(answered(error(code, text), Then::Close, plain).await, alone, "{code}");
        let found = answered(error(code, text), Then::Close, of_orders).await;
        assert_eq!(found, with_database, "{code}");
    }
}

#[tokio::test]
async fn what_is_no_answer_fails() {
    let cases: [(&[u8], &str); 9] = [
        (b"", CLOSED),
        (b"R\0\0", CLOSED),
        (b"R\0\0\0\x08\0", CLOSED),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", STRANGER),
        (b"+PONG\r\n", STRANGER),
        (b"R\0\0\0\x03", STRANGER),
        (b"R\xff\xff\xff\xff", STRANGER),
        (b"Q\0\0\0\x04", STRANGER),
        (
            b"Ecould not fork new process for connection: Cannot allocate memory\n",
            "it could begin no session",
        ),
    ];
    for (answer, expected) in cases {
        let found = answered(answer, Then::Close, plain).await;
        assert_eq!(found, Err(expected.to_owned()), "{answer:?}");
    }
    let begun = message(b'R', &[0; 4]);
    assert_eq!(answered(begun, Then::Close, plain).await, Err(CLOSED.to_owned()));
}

#[tokio::test]
async fn a_session_begins_and_ends_in_the_protocols_bytes() {
    let mut server = Conversation::start(welcome(), Then::Wait).await;
    assert_eq!(outcome(&of_orders(&server.address.to_string())).await, Ok(()));
    server.ended().await;
    let expected = b"\0\0\0\x3a\0\x03\0\0user\0app\0database\0orders\0application_name\0obskit\0\0\
                     X\0\0\0\x04";
    assert_eq!(server.heard(), expected);
}

#[tokio::test]
async fn names_are_cut_where_the_server_cuts_them() {
    let mut server = Conversation::start(welcome(), Then::Wait).await;
    let check = plain(&server.address.to_string()).user("é".repeat(40)).database("a\0user\0root");
    assert_eq!(outcome(&check).await, Ok(()));
    server.ended().await;
    let heard = server.heard();
    let expected = format!("\0user\0{}\0database\0a\0application_name\0", "é".repeat(31));
    let found = heard.windows(expected.len()).any(|part| part == expected.as_bytes());
    assert!(found, "{}", String::from_utf8_lossy(&heard));
}

#[tokio::test]
async fn what_is_read_is_bounded() {
    let found = is_bounded("", b"N\0\0\0\x04", plain).await;
    assert_eq!(found, Err(STRANGER.into()), "notices for ever");
    let found = is_bounded(*b"S\0\0\x40\0", &[0; 4096], plain).await;
    assert_eq!(found, Err(STRANGER.into()), "a long setting");
    let found = is_bounded(*b"S\0\x40\0\0", &[0; 4096], plain).await;
    assert_eq!(found, Err(STRANGER.into()), "a message that is too long");
}

#[tokio::test]
async fn messages_are_bounded_each_and_together() {
    const LONGEST: usize = 16 * 1024;

    let after = |notices: usize, bytes: usize| {
        let notice = message(b'N', &vec![0; bytes]);
        [notice.repeat(notices), message(b'Z', b"I")].concat()
    };
    for (answer, expected) in [
        (after(3, LONGEST), Ok(())),
        (after(1, LONGEST + 1), Err(STRANGER.to_owned())),
        (after(4, LONGEST), Err(STRANGER.to_owned())),
    ] {
        assert_eq!(answered(answer, Then::Wait, plain).await, expected);
    }
}

#[tokio::test]
async fn a_drop_closes_the_connection() {
    ends_when_dropped(plain).await;
}

#[tokio::test]
async fn a_url_says_it_all() {
    let mut server = Conversation::start(welcome(), Then::Wait).await;
    let url = format!("postgresql://app%2D1:hunter2@{}/or%20ders?sslmode=prefer", server.address);
    let check = Postgres::from_url(&url).unwrap();
    assert_eq!(outcome(&check).await, Ok(()));
    server.ended().await;
    let heard = String::from_utf8(server.heard()).unwrap();
    assert!(heard.contains("user\0app-1\0database\0or ders\0"), "{heard:?}");
    assert!(!format!("{check:?}{heard}").contains("hunter2"));

    for (url, expected) in [
        ("mysql://app:hunter2@db/orders", "its scheme is another"),
        ("postgres:///orders", "its host has no valid host"),
        ("postgres://app:hunter2@a,b/orders", "its host has no valid host"),
        ("postgres://app:hunter2@db%2f/", "its host has no valid host"),
        ("postgres://app:hunter2%00@db/", "is no UTF-8"),
    ] {
        refused(Postgres::from_url(url), expected);
    }
}
