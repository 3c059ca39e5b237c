//! The bundled exporter: a small workout tracker, watched by obskit and busy by itself.
//!
//! `cargo run --example exporter` needs nothing else. What it prints at its start are the
//! addresses to open; `--help` tells the rest.

mod args;
mod dice;
mod jobs;
mod leave;
mod partners;
mod service;
mod store;
mod traffic;
mod workouts;

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use obskit::Telemetry;
use obskit::config::{AdminAddr, Config, Logs};
use tokio::net::TcpListener;
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::{Level, info, warn};

use args::{Args, Asked};
use partners::Partners;
use store::Store;

type Failure = Box<dyn Error + Send + Sync>;

/// For requests under way when the service is asked to leave.
const GRACE: Duration = Duration::from_secs(5);
/// For telemetry that is still to be delivered after that.
const FLUSH: Duration = Duration::from_secs(3);
const WRONG_ARGUMENTS: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os().skip(1)) {
        Ok(Asked::Run(args)) => args,
        Ok(Asked::Help) => return print(&mut io::stdout(), args::HELP),
        Err(error) => {
            print(&mut io::stderr(), &format!("exporter: {error}; --help tells what there is\n"));
            return WRONG_ARGUMENTS.into();
        }
    };
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print(&mut io::stderr(), &format!("exporter: {}\n", told(&*error)));
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Failure> {
    let config = configure(&args)?;
    let telemetry = obskit::init(config)?;
    // Before anything is served, so that no signal is missed.
    let mut leave = leave::asked()?;
    let (stop, stopping) = watch::channel(false);
    let running = start(&telemetry, args, stopping).await?;

    leave.recv().await;
    info!("leaving");
    let _not_ready = telemetry.latch();
    stop.send_replace(true);
    finish(running, &mut leave).await;
    let report = telemetry.shutdown(FLUSH).await?;
    if report.dropped > 0 {
        let lost = format!("exporter: {} items of telemetry were lost\n", report.dropped);
        print(&mut io::stderr(), &lost);
    }
    Ok(())
}

/// Waits for requests under way, but not for ever, nor when somebody asks once more.
async fn finish(running: Running, leave: &mut Receiver<()>) {
    tokio::select! {
        finished = timeout(GRACE, running.end()) => {
            if finished.is_err() {
                warn!("some requests were still under way after {GRACE:?}");
            }
        }
        _ = leave.recv() => warn!("asked twice, so requests under way are given up"),
    }
}

/// The service, what it does by itself, and what visits it. All end once they are told to.
struct Running {
    serving: JoinHandle<io::Result<()>>,
    jobs: JoinHandle<()>,
    traffic: JoinHandle<()>,
}

impl Running {
    async fn end(self) {
        let others = [self.traffic.await, self.jobs.await].map(|ended| ended.map(|()| Ok(())));
        for ended in others.into_iter().chain([self.serving.await]) {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => warn!(%error, "the service failed"),
                Err(error) => warn!(%error, "a task panicked"),
            }
        }
    }
}

async fn start(
    telemetry: &Telemetry,
    args: Args,
    stopping: watch::Receiver<bool>,
) -> Result<Running, Failure> {
    // Not ready until the service listens.
    let _starting = telemetry.latch();
    let admin = telemetry.serve_admin().await?;
    let refused = |error| format!("the service cannot listen on {}: {error}", args.listen);
    let listener = TcpListener::bind(args.listen).await.map_err(refused)?;
    let addr = listener.local_addr()?;
    let (store, partners) = (Store::open(telemetry), Partners::start(telemetry).await?);
    let app = service::app(telemetry, store.clone(), partners, stopping.clone());
    let mut stop = stopping.clone();
    let serving = axum::serve(listener, app).with_graceful_shutdown(async move {
        // An error is the end of who could ask for it.
        let _ = stop.wait_for(|stopping| *stopping).await;
    });
    announce(addr, &admin, args.traffic);
    Ok(Running {
        serving: tokio::spawn(serving.into_future()),
        jobs: tokio::spawn(jobs::run(store, stopping.clone())),
        traffic: tokio::spawn(traffic::run(addr, args.traffic, stopping)),
    })
}

/// The environment's settings, and the arguments before them.
fn configure(args: &Args) -> Result<Config, Failure> {
    let mut config = Config::from_env()?;
    let named = config.service.name != Config::default().service.name;
    if !named {
        "workout-tracker".clone_into(&mut config.service.name);
    }
    config.service.version.get_or_insert_with(|| env!("CARGO_PKG_VERSION").to_owned());
    config.admin.addr = args.admin.map_or(config.admin.addr, Into::into);
    if io::stdout().is_terminal() && config.logs == Logs::default() {
        // Nobody reads twenty lines a second.
        config.logs.level = Level::WARN;
    }
    Ok(config)
}

fn announce(service: SocketAddr, admin: &AdminAddr, traffic: u32) {
    let busy = match traffic {
        0 => "No traffic of its own.".to_owned(),
        n => format!("{n} requests a second of its own."),
    };
    let text = format!(
        "\nservice    http://{service}  (try /api/workouts, /api/ppl/today, /api/live)\n\
         metrics    http://{admin}/metrics\n\
         readiness  http://{admin}/readyz\n\
         routes     http://{admin}/\n\n\
         {busy} Ctrl-C ends it.\n\
         On a terminal only trouble is logged, unless the environment says otherwise.\n\n"
    );
    print(&mut io::stderr(), &text);
}

/// An error with its causes, in one line.
fn told(error: &(dyn Error + Send + Sync)) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    told
}

fn print(to: &mut dyn Write, text: &str) -> ExitCode {
    match to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        // Nobody reads it.
        Err(_) => ExitCode::FAILURE,
    }
}
