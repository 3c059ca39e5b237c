//! The end on every flavour of runtime, on none, on a drop and while a panic unwinds.

use obskit::config::AdminAddr;
use obskit::telemetry::Report;
use obskit_tests::lab::Lab;
use obskit_tests::runtimes::block_on;
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Builder;
use tracing::info;

const DEADLINE: Duration = Duration::from_secs(20);
const LINES: u64 = 100;

fn lab() -> Lab {
    let lab = Lab::new(|config| config.admin.addr = AdminAddr::from(([127, 0, 0, 1], 0)));
    lab.run(|| (0..LINES).for_each(|n| info!(n, "line")));
    lab
}

/// The whole way down, wherever it is polled.
async fn leave(lab: &Lab) -> Report {
    let addr = lab.telemetry.serve_admin().await.unwrap().tcp().unwrap();
    let leave = lab.telemetry.shutdown_signal().unwrap();
    let report = lab.telemetry.shutdown(DEADLINE).await.unwrap();
    leave.await;
    TcpStream::connect(addr).unwrap_err();
    report
}

fn check(lab: Lab, report: &Report) {
    assert_eq!((report.written_lines, report.lost_lines), (LINES, 0));
    assert!(report.is_complete());
    let written = lab.end();
    let lines = written.iter().filter(|line| line["message"] == "line");
    assert_eq!(lines.count() as u64, LINES);
}

#[test]
fn on_none() {
    let lab = lab();
    let report = block_on(leave(&lab));
    check(lab, &report);
}

#[test]
fn on_one_thread() {
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let lab = lab();
        let runtime = builder.enable_all().build().unwrap();
        let report = runtime.block_on(leave(&lab));
        check(lab, &report);
    }
}

#[test]
fn on_one_without_drivers() {
    let lab = lab();
    let runtime = Builder::new_current_thread().build().unwrap();
    let report = runtime.block_on(leave(&lab));
    check(lab, &report);
}

#[test]
fn in_a_task_of_a_single_worker() {
    let lab = Arc::new(lab());
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let shared = Arc::clone(&lab);
    let report = runtime.block_on(runtime.spawn(async move { leave(&shared).await })).unwrap();
    drop(runtime);
    check(Arc::into_inner(lab).unwrap(), &report);
}

#[tokio::test(start_paused = true)]
async fn while_time_stands_still() {
    let lab = lab();
    let report = leave(&lab).await;
    check(lab, &report);
}

#[test]
fn by_a_drop_while_a_panic_unwinds() {
    let lab = lab();
    let lines = lab.shared_lines();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _dropped = lab;
        resume_unwind(Box::new("the service's fault"));
    }));
    unwound.unwrap_err();
    assert_eq!(lines.written().len() as u64, LINES);
}
