//! Redis's protocol.

use super::{answered, ends_when_dropped, is_bounded, outcome, refused};
use obskit::config::Secret;
use obskit::health::checks::Redis;
use obskit_tests::conversation::{Conversation, Then};

const STRANGER: &str = "what it answers is not Redis's protocol";
const CLOSED: &str = "it closed the connection";

fn plain(address: &str) -> Redis {
    Redis::new(address).unwrap()
}

fn with_password(address: &str) -> Redis {
    plain(address).user("worker").password(Secret::from("hunter2".to_owned()))
}

#[tokio::test]
async fn pong_alone_is_well() {
    let loading = "LOADING Redis is loading the dataset in memory";
    let cases = [
        ("+PONG\r\n".to_owned(), Ok(())),
        (format!("-{loading}\r\n"), Err(format!("PING: {loading}"))),
        (
            "-NOAUTH Authentication required.\r\n".into(),
            Err("PING: NOAUTH Authentication required.".into()),
        ),
        ("-ERR \x1b[31m\0red\r\n".into(), Err("PING: ERR  [31m red".into())),
        (format!("-ERR {}\r\n", "x".repeat(999)), Err(format!("PING: ERR {}", "x".repeat(196)))),
        (format!("-ERR {}\r\n", "x".repeat(4096)), Err(STRANGER.into())),
        ("$4\r\nPONG\r\n".into(), Err(STRANGER.into())),
        ("+PONG".into(), Err(STRANGER.into())),
        ("+PONG\n".into(), Err(STRANGER.into())),
        ("+OK\r\n".into(), Err(STRANGER.into())),
        ("HTTP/1.1 400 Bad Request\r\n\r\n".into(), Err(STRANGER.into())),
        (String::new(), Err(CLOSED.into())),
    ];
    for (answer, expected) in cases {
        assert_eq!(answered(answer.clone(), Then::Close, plain).await, expected, "{answer:?}");
    }
}

#[tokio::test]
async fn it_logs_in_first() {
    let server = Conversation::start("+OK\r\n+PONG\r\n", Then::Wait).await;
    let check = with_password(&server.address.to_string());
    assert_eq!(outcome(&check).await, Ok(()));
    let expected = "*3\r\n$4\r\nAUTH\r\n$6\r\nworker\r\n$7\r\nhunter2\r\n*1\r\n$4\r\nPING\r\n";
    assert_eq!(String::from_utf8(server.heard()).unwrap(), expected);
    assert!(!format!("{check:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_refused_login_says_its_code_alone() {
    let unknown =
        "-ERR unknown command `AUTH`, with args beginning with: `worker`, `hunter2`, \r\n";
    let cases = [
        ("+OK\r\n-LOADING soon\r\n", Err("PING: LOADING soon")),
        ("-WRONGPASS invalid username-password pair\r\n-NOAUTH\r\n", Err("AUTH: WRONGPASS")),
        (unknown, Err("AUTH: ERR")),
        ("+PONG\r\n+PONG\r\n", Err(STRANGER)),
        ("+OK\r\n", Err(CLOSED)),
    ];
    for (answer, expected) in cases {
        let found = answered(answer, Then::Close, with_password).await;
        assert_eq!(found, expected.map_err(str::to_owned), "{answer:?}");
    }
}

#[tokio::test]
async fn what_is_read_is_bounded() {
    let found = is_bounded("+PO", &[b'x'; 4096], plain).await;
    assert_eq!(found, Err(STRANGER.into()));
    let found = is_bounded("+OK\r\n", &[b'x'; 4096], with_password).await;
    assert_eq!(found, Err(STRANGER.into()));
}

#[tokio::test]
async fn a_drop_closes_the_connection() {
    ends_when_dropped(plain).await;
}

#[tokio::test]
async fn a_url_says_it_all() {
    let server = Conversation::start("+OK\r\n+PONG\r\n", Then::Wait).await;
    let url = format!("redis://w%40rk:p%3Ass%2F@{}/7?x=y", server.address);
    assert_eq!(outcome(&Redis::from_url(&url).unwrap()).await, Ok(()));
    let heard = String::from_utf8(server.heard()).unwrap();
    assert!(heard.starts_with("*3\r\n$4\r\nAUTH\r\n$4\r\nw@rk\r\n$5\r\np:ss/\r\n"), "{heard}");

    for (url, expected) in [
        ("rediss://:hunter2@db", "its scheme is another"),
        ("db:6379", "it has no scheme"),
        ("redis://:hunter2@", "its host has no valid host"),
        ("redis://:hunter2@db:x", "1 to 65535"),
        ("redis://:hunter2%ff@db", "is no UTF-8"),
        ("redis://hunter2:1/@db", "is not escaped"),
    ] {
        refused(Redis::from_url(url), expected);
    }
    assert!(Redis::from_url("redis://[::1]").is_ok());
}
