//! From a posting to a server's socket.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use super::*;
use crate::config::{Clock, Dsn, Proxy};
use crate::export::sentry::{Category, Posting};
use crate::ledger::{Ledger, Signal};

#[test]
fn what_is_posted_is_made_off_the_way_and_arrives() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dsn: Dsn = format!("http://f00d@{}/7", listener.local_addr().unwrap()).parse().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = vec![0; 64 << 10];
        let count = stream.read(&mut head).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        String::from_utf8_lossy(&head[..count]).into_owned()
    });
    let ledger = Ledger::default();
    let outbox = Outbox::new(ledger.clone(), 10, 1 << 20);
    outbox.post(Posting {
        category: Category::Error,
        quantity: 1,
        bytes: 2,
        make: Box::new(|| {
            assert_ne!(thread::current().name(), Some("obskit"));
            let mut envelope = Envelope::default();
            envelope.add("event", b"{}");
            Ok(envelope)
        }),
    });
    let background = Background::start().unwrap();
    let sentry = Sentry::new(&dsn, None, &Proxy::default(), Clock::default()).unwrap();
    let notices = outbox.notices(Arc::new(|_| ()), &dsn.envelope_url(), "f00d");
    export(&background, Way { outbox: outbox.clone(), sentry, notices });
    assert!(outbox.flush().recv_timeout(Duration::from_secs(10)).is_err());
    let account = ledger.account(Signal::Report);
    assert_eq!((account.accepted, account.delivered, account.lost()), (1, 1, 0));
    let head = server.join().unwrap();
    assert!(head.starts_with("POST /api/7/envelope/ HTTP/1.1\r\n"), "{head}");
    let auth = "x-sentry-auth: Sentry sentry_version=7, sentry_client=obskit/";
    assert!(head.contains(auth) && head.contains("sentry_key=f00d\r\n"), "{head}");
}
