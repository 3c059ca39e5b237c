//! H5: what signals do to a process.

use super::child::{Ended, Leaving};
use http::{StatusCode, Version};
use http_body_util::BodyExt;
use obskit_tests::connection::Connection;
use obskit_tests::http as client;
use obskit_tests::wait::{soon, wait_until};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

const LEAVING: &str = "leaving: no longer ready";
const STOPPED: &str = "no further requests are taken";
const HURRIED: &str = "asked once more: no time is left to drain";
const GIVEN_UP: &str = "asked once more: requests are no longer waited for";
const NEAR: &str = "the deadline is near: requests are no longer waited for";
const DELIVERED: &str = "everything is delivered";
const LOST: &str = "not everything is delivered";

async fn start(drain: &str, deadline: &str) -> (Leaving, SocketAddr, SocketAddr) {
    let mut leaving = Leaving::start("axum", drain, deadline);
    let (service, admin) = (leaving.told("service").await, leaving.told("admin").await);
    (leaving, service, admin)
}

/// A request under way, and what it comes to.
async fn slow(service: SocketAddr, admin: SocketAddr) -> JoinHandle<Result<String, String>> {
    let asked = tokio::spawn(async move {
        let mut connection = Connection::open(service, Version::HTTP_11).await;
        let answer = connection.get("/slow").await.map_err(|error| error.to_string())?;
        let body = answer.into_body().collect().await.map_err(|error| error.to_string())?;
        Ok(String::from_utf8(body.to_bytes().to_vec()).unwrap())
    });
    wait_until("the request to be under way", Duration::from_secs(20), async || {
        let metrics = client::get(&format!("http://{admin}/metrics")).await;
        let in_flight = r#"http_requests_in_flight{endpoint="unmatched"} 1"#;
        if metrics.text().contains(in_flight) { Ok(()) } else { Err("it is not") }
    })
    .await;
    asked
}

/// The time from the signal until the probe fails, asked on one connection.
async fn unready(leaving: &Leaving, admin: SocketAddr) -> Duration {
    let mut probe = Connection::open(admin, Version::HTTP_11).await;
    let mut ready = async || {
        let answer = probe.get("/readyz").await.unwrap();
        let status = answer.status();
        answer.into_body().collect().await.unwrap();
        status
    };
    assert_eq!(ready().await, StatusCode::OK);
    leaving.signal("TERM");
    let sent = Instant::now();
    while ready().await == StatusCode::OK {
        assert!(sent.elapsed() < Duration::from_secs(10), "still ready");
    }
    sent.elapsed()
}

#[tokio::test]
async fn not_ready_at_once_and_still_serving() {
    // The least of a few tries, since the machine may be busy.
    let mut soonest = Duration::MAX;
    for _ in 0..5 {
        let (leaving, service, admin) = start("20s", "20s").await;
        soonest = soonest.min(unready(&leaving, admin).await);
        let live = client::get(&format!("http://{admin}/livez")).await;
        assert_eq!(live.status, StatusCode::OK);
        let answer = client::get(&format!("http://{service}/")).await;
        assert_eq!((answer.text(), answer.header("connection")), ("quick", "close"));
    }
    assert!(soonest < Duration::from_millis(10), "{soonest:?}");
}

#[tokio::test]
async fn the_service_leaves_when_it_has_drained() {
    for signal in ["TERM", "INT"] {
        let (leaving, service, _) = start("300ms", "20s").await;
        client::get(&format!("http://{service}/")).await;
        let sent = Instant::now();
        leaving.signal(signal);
        let ended = leaving.end().await;
        assert!(sent.elapsed() >= Duration::from_millis(300), "{:?}", sent.elapsed());
        assert!(ended.status.success(), "{ended:?}");
        assert_eq!(ended.steps(), [LEAVING, STOPPED, DELIVERED]);
        let leaving = &ended.line(LEAVING)["metadata"];
        assert_eq!(leaving["cause"], format!("SIG{signal}"));
        assert_eq!(leaving["drainMs"], 300);
        TcpStream::connect(service).unwrap_err();
    }
}

#[tokio::test]
async fn a_second_signal_skips_the_drain_and_loses_nothing() {
    let (mut leaving, service, admin) = start("5m", "30s").await;
    let asked = slow(service, admin).await;
    leaving.signal("TERM");
    wait_until("the service to drain", Duration::from_secs(20), async || {
        let ready = client::get(&format!("http://{admin}/readyz")).await;
        if ready.status == StatusCode::OK { Err("ready") } else { Ok(()) }
    })
    .await;
    leaving.signal("TERM");
    closed(service).await;
    leaving.nudge();
    assert_eq!(soon("the answer", asked).await.unwrap(), Ok("slow".to_owned()));
    let ended = soon("the end", leaving.end()).await;
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(ended.steps(), [LEAVING, HURRIED, STOPPED, DELIVERED]);
    assert_eq!(ended.requests(), 1);
}

async fn closed(service: SocketAddr) {
    wait_until("the port to be closed", Duration::from_secs(20), async || {
        TcpStream::connect(service).err().ok_or("open")
    })
    .await;
}

fn gave_up(ended: &Ended, why: &str) {
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(ended.steps().last(), Some(&LOST));
    assert!(ended.steps().contains(&why), "{:?}", ended.steps());
    let last = ended.line(LOST);
    assert_eq!(
        (&last["level"], &last["metadata"]["unfinishedRequests"]),
        (&"warn".into(), &1.into())
    );
}

#[tokio::test]
async fn a_further_signal_gives_up_requests_under_way() {
    let (leaving, service, admin) = start("0s", "5m").await;
    let asked = slow(service, admin).await;
    leaving.signal("TERM");
    closed(service).await;
    leaving.signal("INT");
    let ended = soon("the end", leaving.end()).await;
    gave_up(&ended, GIVEN_UP);
    soon("the answer", asked).await.unwrap().unwrap_err();
}

#[tokio::test]
async fn the_deadline_gives_up_requests_under_way() {
    let (leaving, service, admin) = start("0s", "1s").await;
    let asked = slow(service, admin).await;
    let sent = Instant::now();
    leaving.signal("TERM");
    let ended = soon("the end", leaving.end()).await;
    assert!(sent.elapsed() >= Duration::from_millis(800), "{:?}", sent.elapsed());
    gave_up(&ended, NEAR);
    soon("the answer", asked).await.unwrap().unwrap_err();
}

#[tokio::test]
async fn a_signal_during_a_slow_start_is_not_missed() {
    let mut leaving = Leaving::start("slow-start", "5m", "30s");
    let admin = leaving.told("starting").await;
    leaving.signal("TERM");
    wait_until("the signal to be heard", Duration::from_secs(20), async || {
        let ready = client::get(&format!("http://{admin}/readyz?verbose")).await;
        let is_heard = ready.text().contains("shutting down");
        if is_heard { Ok(()) } else { Err(ready.text().to_owned()) }
    })
    .await;
    leaving.nudge();
    let ended = soon("the end", leaving.end()).await;
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(ended.steps(), [LEAVING, STOPPED, DELIVERED]);
    // Nobody was told to send it anything, so nobody has to learn that it leaves.
    assert_eq!(ended.line(LEAVING)["metadata"]["drainMs"], 0);
}

#[tokio::test]
async fn the_last_words_are_written() {
    let (leaving, service, _) = start("0s", "20s").await;
    client::get(&format!("http://{service}/")).await;
    leaving.signal("TERM");
    let ended = leaving.end().await;
    let last = ended.lines.last().unwrap();
    assert_eq!(last["message"], "last words");
    let report = last["metadata"]["report"].as_str().unwrap();
    // All but the line that tells of them, and this one.
    let written = ended.lines.len() - 2;
    assert!(report.starts_with(&format!("{written} log lines written, 0 lost;")), "{report}");
    assert_eq!(ended.line(DELIVERED)["metadata"]["writtenLines"], written);
}
