//! Events on their way to lines, and lines on theirs to the output.

use super::check;
use obskit::Telemetry;
use obskit::config::{LogFile, LogOutput, LogWriter};
use obskit::telemetry::Severity::{self, Failure, Warning};
use obskit_tests::lab::{Lab, dispatch};
use obskit_tests::settings;
use std::fs;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing::dispatcher;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

#[tokio::test]
async fn the_subscriber_has_the_layer() {
    let bare = Telemetry::build(settings::local()).unwrap();
    check(&bare.doctor().await, "subscriber", Warning, "obskit::init");
    let lab = Lab::new(|_| ());
    check(&lab.telemetry.doctor().await, "subscriber", Warning, "events of threads like this one");
    let found = lab.run(|| lab.telemetry.doctor()).await;
    check(&found, "subscriber", Severity::Ok, "events become log lines");
    // The layer of another telemetry is not this one's.
    let other = Lab::new(|_| ());
    let found = lab.run(|| other.telemetry.doctor()).await;
    check(&found, "subscriber", Warning, "without this telemetry's layer");
}

#[tokio::test]
async fn the_subscriber_keeps_the_span_of_requests() {
    let telemetry = Lab::new(|_| ()).telemetry;
    let found = async |filter: &str| {
        let filter: Targets = filter.parse().unwrap();
        let layers = tracing_subscriber::registry().with(telemetry.tracing_layer().unwrap());
        let subscriber = dispatch(layers.with(filter));
        dispatcher::with_default(&subscriber, || telemetry.doctor()).await
    };
    check(&found("info").await, "subscriber", Severity::Ok, "span of a request is kept");
    check(&found("orders=info,obskit::request=error").await, "subscriber", Severity::Ok, "kept");
    check(&found("orders=info").await, "subscriber", Warning, "obskit::request=error");
}

/// Refuses everything while it is told to.
struct Moody(Arc<AtomicBool>);

impl Write for Moody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let refuses = self.0.load(Ordering::Relaxed);
        if refuses { Err(io::ErrorKind::StorageFull.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_output_that_refuses_lines_is_found_until_it_takes_them() {
    let refuses = Arc::new(AtomicBool::new(false));
    let writer = LogWriter::new(Moody(Arc::clone(&refuses)));
    let lab = Lab::new(|config| config.logs.output = LogOutput::Writer(writer));
    let found = async |refusing| {
        refuses.store(refusing, Ordering::Relaxed);
        lab.run(|| tracing::info!("a line"));
        lab.telemetry.doctor().await
    };
    check(&found(false).await, "log_output", Severity::Ok, "takes lines");
    let diagnosis = found(true).await;
    check(&diagnosis, "log_output", Failure, "refused the last lines");
    check(&diagnosis, "losses", Severity::Ok, "no telemetry");
    let diagnosis = found(false).await;
    check(&diagnosis, "log_output", Severity::Ok, "takes lines");
    check(&diagnosis, "losses", Warning, "log/failed 1");
}

/// Blocks until it is let go.
struct Stuck(Mutex<Receiver<()>>);

impl Write for Stuck {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.lock().unwrap().recv();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_output_that_hangs_is_found() {
    let (release, released) = channel();
    let writer = LogWriter::new(Stuck(Mutex::new(released)));
    let lab = Lab::new(|config| config.logs.output = LogOutput::Writer(writer));
    lab.run(|| tracing::info!("a line"));
    check(&lab.telemetry.doctor().await, "log_output", Failure, "1.5s");
    drop(release);
    assert!(lab.telemetry.flush(Duration::from_secs(20)));
    check(&lab.telemetry.doctor().await, "log_output", Severity::Ok, "takes lines");
}

#[tokio::test]
async fn a_file_is_there_to_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let (logs, file) = (folder.path().join("logs"), folder.path().join("logs/orders.log"));
    fs::create_dir(&logs).unwrap();
    let lab = Lab::new(|config| config.logs.output = LogOutput::File(LogFile::new(&file)));
    check(&lab.telemetry.doctor().await, "log_output", Severity::Ok, "orders.log takes lines");
    // It is made anew with the next line.
    fs::remove_file(&file).unwrap();
    check(&lab.telemetry.doctor().await, "log_output", Severity::Ok, "takes lines");
    assert!(!file.exists(), "the doctor made it");
    fs::remove_dir(&logs).unwrap();
    check(&lab.telemetry.doctor().await, "log_output", Failure, "cannot be written");
}

#[tokio::test]
async fn without_a_layer_there_is_no_output_to_examine() {
    let telemetry = Telemetry::build(settings::local()).unwrap();
    assert_eq!(telemetry.doctor().await.finding("log_output"), None);
}
