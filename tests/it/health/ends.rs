//! Where checks run, and when they end.

use super::script::{Script, Then};
use super::{failed, found, millis, pass, passed, seconds, telemetry, verdict};
use obskit::Telemetry;
use obskit::health::Status;
use obskit_tests::wait::wait_until;
use tokio::runtime::{Builder, Handle, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn until_it_passes(telemetry: &Telemetry) {
    wait_until("the check to pass", seconds(20), async || {
        let found = found(telemetry, "db");
        if found.status == Status::Pass { Ok(()) } else { Err(format!("{found:?}")) }
    })
    .await;
}

#[test]
fn one_that_was_registered_in_no_runtime_runs_on_the_first_that_is_met() {
    let (telemetry, check) = (telemetry(), Script::new(Then::Pass));
    telemetry.health().critical("db", check.clone()).unwrap();
    assert_eq!(verdict(&telemetry, "db"), failed("no result yet"));
    runtime().block_on(async {
        telemetry.serve_admin().await.unwrap();
        until_it_passes(&telemetry).await;
    });
    assert_eq!(check.most_at_once(), 1);
}

#[test]
fn one_whose_runtime_has_ended_says_so_and_runs_on_the_next() {
    let (telemetry, check) = (telemetry(), Script::new(Then::Pass));
    runtime().block_on(async {
        telemetry.health().critical("db", check.clone()).unwrap();
        until_it_passes(&telemetry).await;
    });
    let gone = failed("the runtime that ran it has ended, or has no timers");
    assert_eq!(verdict(&telemetry, "db"), gone);
    runtime().block_on(async {
        telemetry.serve_admin().await.unwrap();
        until_it_passes(&telemetry).await;
    });
}

#[test]
fn a_runtime_without_timers_is_told() {
    let telemetry = telemetry();
    let runtime = Builder::new_current_thread().enable_io().build().unwrap();
    runtime.block_on(async {
        telemetry.health().critical("db", Script::new(Then::Pass)).unwrap();
        tokio::task::yield_now().await;
    });
    drop(runtime);
    let gone = failed("the runtime that ran it has ended, or has no timers");
    assert_eq!(verdict(&telemetry, "db"), gone);
}

#[tokio::test(start_paused = true)]
async fn they_end_with_the_telemetry_whoever_holds_its_health() {
    let telemetry = telemetry();
    let (tasks, before) = (|| Handle::current().metrics().num_alive_tasks(), 0);
    assert_eq!(tasks(), before);
    let checks = [Then::Pass, Then::Fail("down"), Then::Hang].map(Script::new);
    for (number, check) in checks.iter().enumerate() {
        telemetry.health().critical(number.to_string(), check.clone()).unwrap();
    }
    pass(millis(1)).await;
    let (health, latch) = (telemetry.health().clone(), telemetry.latch());
    drop(telemetry);
    pass(millis(1)).await;
    assert_eq!(tasks(), before);
    assert!(checks.iter().all(|check| !check.is_held() && check.running() == 0), "{checks:?}");
    drop((health, latch));
}

/// A check that holds the telemetry keeps it alive; shutting down ends both.
#[tokio::test]
async fn they_end_with_shutdown() {
    let (telemetry, check) = (telemetry(), Script::new(Then::Hang));
    telemetry.health().critical("db", check.clone()).unwrap();
    let own = telemetry.clone();
    let of_its_own = move || std::future::ready(if own.is_ready() { Ok(()) } else { Err("no") });
    telemetry.health().optional("self", of_its_own).unwrap();
    wait_until("the check to run", seconds(20), async || {
        if check.running() == 1 { Ok(()) } else { Err("not yet") }
    })
    .await;
    telemetry.shutdown(seconds(10)).await.unwrap();
    wait_until("the tasks to end", seconds(20), async || {
        let tasks = Handle::current().metrics().num_alive_tasks();
        if tasks == 0 && !check.is_held() { Ok(()) } else { Err(format!("{tasks} tasks")) }
    })
    .await;
}

/// What a service would write.
#[tokio::test(start_paused = true)]
async fn closures_of_many_shapes_are_checks() {
    let telemetry = telemetry();
    let health = telemetry.health();
    health.critical("a", async || Ok::<(), std::io::Error>(())).unwrap();
    health
        .critical("b", || async { Ok::<u64, Box<dyn std::error::Error + Send + Sync>>(7) })
        .unwrap();
    health.critical("c", || std::future::ready(Ok::<_, &'static str>("pong"))).unwrap();
    let shared = std::sync::Arc::new(7);
    health
        .critical("d", move || {
            let shared = shared.clone();
            async move { u8::try_from(*shared).map_err(|_| format!("{shared} is too much")) }
        })
        .unwrap();
    pass(millis(1)).await;
    assert!(["a", "b", "c", "d"].iter().all(|name| verdict(&telemetry, name) == passed()));
}
