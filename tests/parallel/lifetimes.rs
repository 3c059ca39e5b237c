//! How long a telemetry lives, and what is recorded when little of it, or of a thread, is left.

use std::cell::RefCell;
use std::sync::{Arc, Weak};
use std::thread;

use obskit::context::RequestContext;
use obskit::metrics::PoolStatus;
use obskit::{Telemetry, instrument_endpoint, instrument_job};
use obskit_tests::lab::Lab;
use obskit_tests::recorded::{handler, telemetry};

#[instrument_endpoint]
fn fail() -> Result<(), String> {
    Err("failed".to_owned())
}

#[instrument_job("li_job")]
async fn run() -> RequestContext {
    let _ = fail();
    RequestContext::current().unwrap()
}

/// What lives exactly as long as the telemetry's registry.
fn lifetime(telemetry: &Telemetry) -> Weak<()> {
    let alive = Arc::new(());
    let weak = Arc::downgrade(&alive);
    telemetry.dependency("li_store").pool(move || PoolStatus::new(Arc::strong_count(&alive), 0));
    weak
}

/// Neither scopes nor runs, nor failures that waited for a request's end, keep it.
#[tokio::test]
async fn nothing_keeps_a_telemetry() {
    let lab = Lab::new(|_| {});
    let registry = lifetime(&lab.telemetry);
    let run = lab.telemetry.scope(run()).await;
    run.sync_scope(fail).unwrap_err();
    lab.call(async || fail()).await.unwrap_err();
    lab.telemetry.sync_scope(fail).unwrap_err();
    handler(&lab.telemetry, "fail", "server_error=4");
    drop(lab);
    assert_eq!(registry.strong_count(), 0, "something still holds it");
}

/// Fails as its thread ends.
struct Late(Telemetry);

impl Drop for Late {
    fn drop(&mut self) {
        self.0.sync_scope(fail).unwrap_err();
        fail().unwrap_err();
    }
}

thread_local! {
    static LATE: RefCell<Option<Late>> = const { RefCell::new(None) };
}

/// What is dropped with a thread may call what it likes, whether the thread's scope is gone by then
/// or not: it is dropped before it if it was there after it.
#[test]
fn calls_while_a_thread_ends() {
    let telemetry = telemetry();
    let late = || LATE.set(Some(Late(telemetry.clone())));
    let call = || telemetry.sync_scope(fail).unwrap_err();
    thread::scope(|scope| {
        let one = scope.spawn(|| drop((late(), call())));
        let other = scope.spawn(|| drop((call(), late())));
        // The scope's own end does not wait for what threads drop, joining them does.
        for thread in [one, other] {
            thread.join().unwrap();
        }
    });
    let calls = obskit_tests::samples::count(
        &telemetry,
        "handler_calls_total",
        &["handler=\"fail\"", "server_error"],
    );
    assert!((2..=4).contains(&calls), "{calls}");
    handler(&telemetry, "fail", &format!("server_error={calls}"));
}
