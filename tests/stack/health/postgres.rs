//! A real `PostgreSQL`.

use super::{is_ready, is_unready, often, once};
use obskit::health::checks::{Postgres, Tcp};
use obskit_tests::postgres::Postgres as Server;
use obskit_tests::wait::wait_until;
use obskit_tests::watched::Watched;
use std::time::Duration;

#[tokio::test]
async fn it_is_seen_stopped_killed_and_back() {
    let mut server = Server::start().await;
    let address = server.daemon.address();
    let service = Watched::start(|health| {
        often(health, "postgres", Postgres::new(&address)?)?;
        often(health, "port", Tcp::new(&address)?)
    })
    .await;
    is_ready(&service, "postgres").await;
    assert_eq!(server.is_ready(), 0);

    server.daemon.pause();
    is_unready(&service, "postgres", "500").await;
    assert_eq!(service.entry("port").await["status"], "pass", "the kernel still takes connections");
    server.daemon.resume();
    is_ready(&service, "postgres").await;

    server.daemon.kill();
    let refused = format!("no connection to {address}: Connection refused");
    is_unready(&service, "postgres", &refused).await;
    assert_eq!(server.is_ready(), 2);
    server.start_again().await;
    is_ready(&service, "postgres").await;
    service.stop().await;
    drop(server);
}

/// Where it lets us in, asks for a password, or refuses who we are, it takes connections; and a
/// session that it let begin or asked for a password leaves nothing in its log.
#[tokio::test]
async fn whoever_asks_it_takes_connections() {
    let server = Server::start().await;
    let check = || Postgres::new(&server.daemon.address()).unwrap();
    let socket = format!("unix:{}", server.socket().display());
    for check in [
        check(),
        check().user("locked"),
        check().user("locked").database("no_such"),
        check().database("template1"),
        Postgres::from_url(&format!("postgres://{}/postgres", server.daemon.address())).unwrap(),
        Postgres::new(&socket).unwrap(),
    ] {
        assert_eq!(once(&check).await, Ok(()), "{check:?}");
    }
    let log = server.daemon.log();
    // `pg_isready` asks while it starts, too.
    let (_, log) = log.split_once("ready to accept connections").unwrap();
    assert!(!log.contains("FATAL") && !log.contains("ERROR"), "{log}");
    for check in [check().user("refused"), check().user("no_such_role")] {
        assert_eq!(once(&check).await, Ok(()), "{check:?}");
    }
    let missing = once(&check().database("no_such")).await;
    assert_eq!(missing, Err("database \"no_such\" does not exist (3D000)".into()));
}

/// As in a recovery: it answers, and takes nobody.
#[tokio::test]
async fn a_server_that_does_not_take_connections_yet_fails() {
    const REJECTS: i32 = 1;

    let mut server = Server::start().await;
    server.daemon.kill();
    server.become_standby();
    server.start_with(&["-c", "hot_standby=off"], REJECTS).await;
    let failure = once(&Postgres::new(&server.daemon.address()).unwrap()).await.unwrap_err();
    assert!(
        failure.starts_with("the database system is ") && failure.ends_with(" (57P03)"),
        "{failure}"
    );
}

/// Here `pg_isready` says that it takes connections, and the service could not.
#[tokio::test]
async fn a_server_without_a_connection_left_fails() {
    const FEW: [&str; 8] = [
        "-c",
        "max_connections=2",
        "-c",
        "superuser_reserved_connections=0",
        "-c",
        "max_wal_senders=0",
        "-c",
        "autovacuum=off",
    ];

    let mut server = Server::start().await;
    server.daemon.kill();
    server.start_with(&FEW, 0).await;
    let check = Postgres::new(&server.daemon.address()).unwrap();
    assert_eq!(once(&check).await, Ok(()));
    let mut sessions = [server.session(), server.session()];
    let failure = wait_until("no connection to be left", Duration::from_secs(20), async || {
        // One that found the check's own session in its place has ended.
        let ended = sessions.iter_mut().filter_map(|session| session.exited().map(|_| session));
        ended.for_each(|session| *session = server.session());
        once(&check).await.map_or_else(Ok, |()| Err("some are left"))
    })
    .await;
    assert_eq!(failure, "sorry, too many clients already (53300)");
    assert_eq!(server.is_ready(), 0);
    drop(sessions);
}
