//! Sockets and names.

use super::{outcome, refused};
use obskit::health::checks::{Dns, Tcp};
use tokio::net::TcpListener;

#[tokio::test]
async fn what_listens_passes_and_what_does_not_fails() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let check = Tcp::new(&address.to_string()).unwrap();
    assert_eq!(outcome(&check).await, Ok(()));
    let by_name = Tcp::new(&format!("localhost:{}", address.port())).unwrap();
    assert_eq!(outcome(&by_name).await, Ok(()), "localhost may be ::1 as well");
    drop(listener);
    let expected = format!("no connection to {address}: Connection refused (os error 111)");
    assert_eq!(outcome(&check).await, Err(expected));
}

#[tokio::test]
async fn a_name_without_an_address_fails() {
    let unknown = "obskit.invalid";
    let expected = format!("{unknown} was not resolved: ");
    for found in [
        outcome(&Dns::new(unknown).unwrap()).await,
        outcome(&Tcp::new(&format!("{unknown}:1")).unwrap()).await,
    ] {
        let found = found.unwrap_err();
        assert!(found.starts_with(&expected), "{found}");
    }
    assert_eq!(outcome(&Dns::new("localhost").unwrap()).await, Ok(()));
    assert_eq!(outcome(&Dns::new("::1").unwrap()).await, Ok(()));
}

#[test]
fn malformed_addresses_are_refused() {
    let cases = [
        ("db", "\"db\" has no port"),
        ("", "has no valid host"),
        (":1", "has no valid host"),
        ("db:0", "1 to 65535"),
        ("db:65536", "1 to 65535"),
        ("db:", "1 to 65535"),
        ("db:1:2", "1 to 65535"),
        ("::1", "has no valid host"),
        ("[::1]", "has no port"),
        ("[::1]1", "goes on behind the bracket"),
        ("[::1:1", "has no closing bracket"),
        ("[db]:1", "is no IPv6 address"),
        ("d b:1", "has no valid host"),
        ("postgres://app:hunter2@db", "it has a port that is not within"),
        ("app:hunter2@db:1", "1 to 65535"),
        ("unix:run/x.sock", "expected unix: and an absolute path"),
    ];
    for (address, expected) in cases {
        refused(Tcp::new(address), expected);
    }
    for address in ["db:1", "[::1]:1", "10.0.0.1:65535", "my_db.prod:5432"] {
        assert!(Tcp::new(address).is_ok(), "{address}");
    }
    refused(Tcp::new(&format!("{}:1", "a".repeat(254))), "has no valid host");
    refused(Dns::new("a b"), "cannot be looked up");
    refused(Dns::new(""), "cannot be looked up");
    refused(Dns::new("redis://:hunter2@db"), "the host that was given cannot be looked up");
}

#[cfg(unix)]
#[tokio::test]
async fn socket_files_are_addresses_too() {
    use obskit::health::checks::Redis;
    use tokio::io::AsyncWriteExt;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("redis.sock");
    let check = Redis::new(&format!("unix:{}", path.display())).unwrap();
    let missing = outcome(&check).await.unwrap_err();
    assert!(
        missing.starts_with(&format!("no connection to unix:{}: ", path.display())),
        "{missing}"
    );
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let answer = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"+PONG\r\n").await.unwrap();
        stream
    };
    let (outcome, _stream) = tokio::join!(outcome(&check), answer);
    assert_eq!(outcome, Ok(()));
}
