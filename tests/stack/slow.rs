//! Clients by others that hold the operator's server up: slow heads, slow bodies, slow reading.
//! Meanwhile probes are answered at once.

use http::StatusCode;
use obskit::Telemetry;
use obskit::config::AdminAddr;
use obskit::metrics::Text;
use obskit_tests::child::OwnedChild;
use obskit_tests::http as client;
use obskit_tests::settings;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::sleep;

/// Many times what the server has places for, most of it within the first seconds.
const CLIENTS: [&str; 10] = ["-c", "500", "-r", "250", "-l", "10", "-i", "1", "-p", "2"];
const LATEST: Duration = Duration::from_secs(2);
const BETWEEN: Duration = Duration::from_millis(50);

async fn served() -> (Telemetry, String) {
    let mut config = settings::local();
    config.admin.addr = AdminAddr::from(([127, 0, 0, 1], 0));
    let telemetry = Telemetry::build(config).unwrap();
    // A page of some megabytes, for those who read it slowly.
    let rows = telemetry.metrics().counter("rows_total", "Rows.").label::<Text>("row");
    let rows = rows.limit(20_000).register().unwrap();
    (0..20_000).for_each(|row| rows.get((format!("{row:0100}"),)).inc());
    let addr = telemetry.serve_admin().await.unwrap();
    (telemetry, format!("http://{addr}"))
}

/// Runs slowhttptest to its end, and answers how long the slowest probe took.
async fn slowest_probe(url: &str, attack: &[&str]) -> Duration {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let mut command = Command::new("slowhttptest");
    command.args(CLIENTS).args(attack).stdin(Stdio::null());
    command.stdout(fs::File::create(&log).unwrap()).stderr(Stdio::null());
    let mut attacker = OwnedChild::spawn(&mut command);
    let mut slowest = Duration::ZERO;
    let mut probes = 0;
    while attacker.exited().is_none() {
        let start = Instant::now();
        let reply = client::get(&format!("{url}/livez")).await;
        slowest = slowest.max(start.elapsed());
        assert_eq!(reply.status, StatusCode::OK);
        probes += 1;
        sleep(BETWEEN).await;
    }
    let log = fs::read_to_string(log).unwrap();
    assert!(probes > 50, "it ended after {probes} probes:\n{log}");
    assert!(log.contains("service available:"), "{log}");
    assert!(!log.contains("service available:   NO"), "{log}");
    slowest
}

#[tokio::test]
async fn probes_are_answered_whatever_others_do_slowly() {
    let (telemetry, url) = served().await;
    let (metrics, levels) = (format!("{url}/metrics"), format!("{url}/loglevel"));
    for attack in [
        &["-H", "-u", &metrics][..],
        &["-B", "-t", "PUT", "-u", &levels, "-s", "4096"],
        &["-X", "-u", &metrics, "-w", "512", "-y", "1024", "-n", "1", "-z", "32"],
    ] {
        let slowest = slowest_probe(&url, attack).await;
        assert!(slowest < LATEST, "a probe took {slowest:?} under {attack:?}");
    }
    drop(telemetry);
}
