//! A service that leaves when it is asked to; `tests/it/shutdown` runs it and sends it signals.
//!
//! `leaving FRAMEWORK` serves by axum, hyper or tonic, and `leaving slow-start` by axum once it
//! reads a line. Of its requests, those for `/slow` are answered when it reads a line.

mod servers;

use obskit::config::Config;
use std::io::{self, BufRead};
use std::thread;
use tokio::net::TcpListener;
use tokio::sync::watch;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let telemetry = obskit::init(Config::from_env()?)?;
    let leave = telemetry.shutdown_signal()?;
    let framework = std::env::args().nth(1).unwrap_or_default();
    let mut lines = lines_read();
    if framework == "slow-start" {
        let _starting = telemetry.latch();
        eprintln!("starting http://{}", telemetry.serve_admin().await?);
        lines.wait_for(|lines| 0 < *lines).await?;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    eprintln!("service http://{}", listener.local_addr()?);
    eprintln!("admin http://{}", telemetry.serve_admin().await?);
    let slow = servers::Slow(lines);
    let layer = telemetry.layer();
    match &*framework {
        "axum" | "slow-start" => servers::axum(listener, layer, slow, &leave).await?,
        "hyper" => servers::hyper(listener, layer, slow, &leave).await?,
        "tonic" => servers::tonic(listener, layer, slow, &leave).await?,
        other => return Err(format!("{other} is no framework").into()),
    }
    let told = match telemetry.shutdown(leave.remaining()).await {
        Ok(report) => report.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::info!(report = told, "last words");
    Ok(())
}

/// How many lines have been read.
fn lines_read() -> watch::Receiver<usize> {
    let (count, counted) = watch::channel(0);
    thread::spawn(move || {
        for _ in io::stdin().lock().lines() {
            count.send_modify(|count| *count += 1);
        }
        // Whoever waits does so until the process ends.
        thread::park();
    });
    counted
}
