//! A real Redis.

use super::{is_ready, is_unready, often, once};
use obskit::config::Secret;
use obskit::health::checks::Redis;
use obskit_tests::redis::Redis as Server;
use obskit_tests::watched::Watched;

#[tokio::test]
async fn it_is_seen_stopped_killed_and_back() {
    let mut server = Server::start(&[]).await;
    let address = server.daemon.address();
    let service = Watched::start(|health| often(health, "redis", Redis::new(&address)?)).await;
    is_ready(&service, "redis").await;

    server.daemon.pause();
    is_unready(&service, "redis", "500").await;
    server.daemon.resume();
    is_ready(&service, "redis").await;

    server.daemon.kill();
    let refused = format!("no connection to {address}: Connection refused");
    is_unready(&service, "redis", &refused).await;
    server.start_with(&[]).await;
    is_ready(&service, "redis").await;
    service.stop().await;
}

#[tokio::test]
async fn it_logs_in() {
    const USERS: [&str; 8] =
        ["--requirepass", "hunter2", "--user", "worker", "on", ">pass#word", "~*", "+ping"];

    let server = Server::start(&USERS).await;
    let check = || Redis::new(&server.daemon.address()).unwrap();
    let password = |text: &str| Secret::from(text.to_owned());
    let url =
        |login: &str| Redis::from_url(&format!("redis://{login}@{}", server.daemon.address()));
    for check in [
        check().password(password("hunter2")),
        check().user("worker").password(password("pass#word")),
        url(":hunter2").unwrap(),
        url("worker:pass%23word").unwrap(),
    ] {
        assert_eq!(once(&check).await, Ok(()), "{check:?}");
    }
    let unnamed = once(&check()).await;
    assert_eq!(unnamed, Err("PING: NOAUTH Authentication required.".into()));
    let wrong = once(&check().password(password("wrong"))).await;
    assert_eq!(wrong, Err("AUTH: WRONGPASS".into()));
}

#[tokio::test]
async fn a_server_that_still_loads_its_data_fails() {
    const SLOWLY: [&str; 4] =
        ["--key-load-delay", "100000", "--loading-process-events-interval-bytes", "1024"];

    let mut server = Server::start(&["--enable-debug-command", "yes"]).await;
    assert_eq!(server.tell("DEBUG POPULATE 10000").await, "+OK\r\n");
    assert_eq!(server.tell("SAVE").await, "+OK\r\n");
    let check = Redis::new(&server.daemon.address()).unwrap();
    assert_eq!(once(&check).await, Ok(()));
    server.daemon.kill();
    server.start_with(&SLOWLY).await;
    let loading = "PING: LOADING Redis is loading the dataset in memory";
    assert_eq!(once(&check).await, Err(loading.into()));
}
