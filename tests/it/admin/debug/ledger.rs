//! `/debug/ledger`.

use super::Rig;
use http::StatusCode;
use obskit::config::{LogOutput, LogWriter};
use obskit_tests::http as client;
use obskit_tests::lines::Lines;
use obskit_tests::wait::wait_until;
use serde_json::json;
use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;
use tokio::task::JoinHandle;
use tracing_subscriber::layer::SubscriberExt;

const PAGE: &str = "/debug/ledger";

/// Logs so many lines, through the telemetry's layer.
fn log(rig: &Rig, count: usize) {
    let layer = rig.telemetry.tracing_layer().unwrap();
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || {
        (0..count).for_each(|number| tracing::info!(target: "app", number, "a line"));
    });
}

#[tokio::test]
async fn what_was_accepted_was_delivered() {
    let lines = Lines::default();
    let rig = Rig::new(|config| config.logs.output = lines.output()).await;
    log(&rig, 1_000);
    let written = lines.take(&rig.telemetry).len();
    let page = rig.page(PAGE).await;
    let log = &page["log"];
    assert_eq!(
        (written, &log["accepted"], &log["delivered"]),
        (1_000, &json!(1_000), &json!(1_000))
    );
    assert_eq!((&log["lost"], &log["waiting"]), (&json!(0), &json!(0)));
    let dropped = json!({
        "closed": 0, "cut": 0, "failed": 0, "flood": 0, "full": 0, "limit": 0, "refused": 0,
    });
    assert_eq!(log["dropped"], dropped);
    assert_eq!(page["baggage"], json!({ "dropped": { "refused": 0 } }));
}

/// Takes nothing.
struct Broken;

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_an_output_refuses_is_lost_and_adds_up() {
    let output = LogOutput::Writer(LogWriter::new(Broken));
    let rig = Rig::new(|config| config.logs.output = output).await;
    log(&rig, 100);
    assert!(rig.telemetry.flush(Duration::from_secs(20)));
    let log = &rig.page(PAGE).await["log"];
    assert_eq!((&log["accepted"], &log["delivered"]), (&json!(100), &json!(0)));
    assert_eq!((&log["lost"], &log["waiting"]), (&json!(100), &json!(0)));
    assert_eq!(log["dropped"]["failed"], 100);
}

#[tokio::test]
async fn scrapes_are_counted_and_the_metrics_say_the_same() {
    let rig = Rig::new(|config| config.logs.output = Lines::default().output()).await;
    log(&rig, 10);
    assert!(rig.telemetry.flush(Duration::from_secs(20)));
    rig.text("/metrics").await;
    let metrics = rig.text("/metrics").await;
    for sample in [
        "obskit_accepted_total{signal=\"log\"} 10",
        "obskit_delivered_total{signal=\"log\"} 10",
        // This one is under way.
        "obskit_accepted_total{signal=\"scrape\"} 2",
        "obskit_delivered_total{signal=\"scrape\"} 1",
    ] {
        assert!(metrics.lines().any(|line| line == sample), "{sample} in\n{metrics}");
    }
    assert!(!metrics.contains("obskit_accepted_total{signal=\"baggage\"}"));
    let page = rig.page(PAGE).await;
    assert_eq!((&page["scrape"]["accepted"], &page["scrape"]["delivered"]), (&json!(2), &json!(2)));
}

async fn status(url: String) -> StatusCode {
    client::get(&url).await.status
}

#[tokio::test]
async fn scrapes_that_are_refused_or_given_up_wait_for_nothing() {
    let rig = Rig::new(|_| ()).await;
    let (release, released) = channel::<()>();
    let released = Mutex::new(released);
    rig.telemetry.metrics().before_scrape(move || {
        let _ = released.lock().unwrap().recv();
    });
    let scrape = || tokio::spawn(status(format!("http://{}/metrics", rig.addr)));
    let scrapes: Vec<_> = (0..8).map(|_| scrape()).collect();
    wait_until("those that find no turn", Duration::from_secs(20), async || {
        let ended = scrapes.iter().filter(|scrape| scrape.is_finished()).count();
        if ended == 4 { Ok(()) } else { Err(ended) }
    })
    .await;
    let (given_up, rest): (Vec<_>, Vec<_>) =
        scrapes.into_iter().partition(|scrape| !scrape.is_finished());
    given_up.iter().take(2).for_each(JoinHandle::abort);
    for refused in rest {
        assert_eq!(refused.await.unwrap(), StatusCode::SERVICE_UNAVAILABLE);
    }
    drop(release);
    wait_until("every scrape to be over", Duration::from_secs(20), async || {
        let scrape = rig.page(PAGE).await["scrape"].clone();
        if scrape["waiting"] == 0 { Ok(()) } else { Err(scrape) }
    })
    .await;
}
