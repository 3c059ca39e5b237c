//! The signal as a program sees it, and without one.

use obskit::Telemetry;
use obskit::config::AdminAddr;
use obskit::telemetry::ShutdownSignal;
use obskit_tests::http as client;
use obskit_tests::runtimes::block_on;
use obskit_tests::settings;
use obskit_tests::wait::soon;
use std::future::{pending, ready};
use std::net::TcpStream;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

const LONG: Duration = Duration::from_mins(5);

fn telemetry(drain: Duration, deadline: Duration) -> Telemetry {
    let mut config = settings::local();
    config.admin.addr = AdminAddr::from(([127, 0, 0, 1], 0));
    config.shutdown.drain_delay = drain;
    config.shutdown.deadline = deadline;
    Telemetry::build(config).unwrap()
}

fn signal(drain: Duration, deadline: Duration) -> (Telemetry, ShutdownSignal) {
    let telemetry = telemetry(drain, deadline);
    let leave = telemetry.shutdown_signal().unwrap();
    (telemetry, leave)
}

fn is_ready(future: impl Future) -> bool {
    pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn it_is_what_servers_and_tasks_can_hold() {
    fn check<T: Clone + Send + Sync + Unpin + 'static>() {}
    check::<ShutdownSignal>();
}

#[tokio::test]
async fn who_takes_work_himself_learns_of_it_at_once() {
    let (telemetry, leave) = signal(LONG, LONG);
    assert!(!leave.is_requested() && telemetry.is_ready());
    assert!(!is_ready(leave.requested()) && !is_ready(leave.clone()));
    telemetry.shutdown_signal().unwrap().trigger();
    assert!(leave.is_requested() && !telemetry.is_ready());
    soon("the request to leave", leave.requested()).await;
    assert!(!is_ready(leave.clone()), "it drains");
    assert_eq!(leave.remaining(), LONG);
    leave.trigger();
    assert!(!is_ready(leave.clone()), "a program's wish is one, however often it is said");
}

#[tokio::test]
async fn a_service_that_is_not_ready_yet_does_not_drain() {
    let (telemetry, leave) = signal(LONG, LONG);
    let _starting = telemetry.latch();
    leave.trigger();
    soon("the signal", leave.clone()).await;
}

#[tokio::test]
async fn a_signal_can_be_waited_for_again_and_by_many() {
    let (_telemetry, mut leave) = signal(Duration::ZERO, LONG);
    let others: Vec<_> = (0..100).map(|_| tokio::spawn(leave.clone())).collect();
    leave.trigger();
    for _ in 0..3 {
        soon("the signal", &mut leave).await;
    }
    for other in others {
        soon("the signal", other).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_has_most_of_the_deadline() {
    let (_telemetry, leave) = signal(Duration::ZERO, Duration::from_secs(2));
    assert_eq!(leave.run_until_deadline(ready(7)).await, Some(7));
    let (client, server) = oneshot::channel::<()>();
    leave.trigger();
    let begun = Instant::now();
    assert_eq!(soon("the end", leave.run_until_deadline(server)).await, None);
    assert!(begun.elapsed() >= Duration::from_millis(1_600), "{:?}", begun.elapsed());
    assert!(leave.remaining() <= Duration::from_millis(400), "{:?}", leave.remaining());
    assert!(client.is_closed(), "the server is dropped");
}

/// Whatever else has used the deadline up, lines are not lost for want of a moment.
#[test]
fn the_telemetry_has_a_moment_in_any_case() {
    for (deadline, least) in [(1, 1), (100, 100), (1_000, 250)] {
        let deadline = Duration::from_millis(deadline);
        let (_telemetry, leave) = signal(Duration::ZERO, deadline);
        leave.trigger();
        assert_eq!(block_on(leave.run_until_deadline(pending::<()>())), None);
        let over = Instant::now() + deadline;
        while Instant::now() < over {
            assert!(leave.remaining() >= Duration::from_millis(least), "{deadline:?}");
        }
        assert_eq!(leave.remaining(), Duration::from_millis(least), "{deadline:?}");
    }
}

#[tokio::test]
async fn shutdown_is_the_end_of_every_wait() {
    let (telemetry, leave) = signal(LONG, LONG);
    let waiting = tokio::spawn(leave.clone());
    let server = leave.clone();
    let serving = tokio::spawn(async move { server.run_until_deadline(pending::<()>()).await });
    telemetry.shutdown(LONG).await.unwrap();
    soon("the signal", waiting).await.unwrap();
    assert_eq!(soon("the server", serving).await.unwrap(), None);
    assert!(telemetry.shutdown_signal().unwrap_err().is_runtime());
}

/// Who waits for the signal keeps what hears it.
#[tokio::test]
async fn a_signal_outlives_the_telemetry() {
    let (telemetry, leave) = signal(Duration::ZERO, LONG);
    let addr = telemetry.serve_admin().await.unwrap().tcp().unwrap();
    drop(telemetry);
    assert_eq!(client::get(&format!("http://{addr}/readyz")).await.status, 200);
    leave.trigger();
    soon("the signal", leave.clone()).await;
    assert_eq!(client::get(&format!("http://{addr}/readyz")).await.status, 503);
    drop(leave);
    obskit_tests::wait::wait_until("the port to be closed", LONG, async || {
        TcpStream::connect(addr).err().ok_or("open")
    })
    .await;
}

#[test]
fn it_needs_no_runtime() {
    let (telemetry, leave) = signal(Duration::from_millis(10), Duration::from_millis(50));
    leave.trigger();
    block_on(leave.clone());
    assert_eq!(block_on(leave.run_until_deadline(pending::<()>())), None);
    let Poll::Ready(()) = pin!(leave.clone()).poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it was ready before")
    };
    block_on(telemetry.shutdown(LONG)).unwrap();
}
