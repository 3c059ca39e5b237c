//! The bundled exporter: a small workout tracker, watched by obskit and busy by itself.
//!
//! `cargo run --example exporter` needs nothing else. What it prints at its start are the
//! addresses to open; `--help` tells the rest.

mod args;
mod dice;
mod jobs;
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
use obskit::config::{AdminAddr, Config, Exporter, Logs, Shutdown, Signal};
use obskit::telemetry::ShutdownSignal;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tracing::{Level, warn};

use args::{Args, Asked};
use partners::Partners;
use store::Store;

type Failure = Box<dyn Error + Send + Sync>;

/// What of this program is built from which crates.
const LOCKFILE: &str = include_str!("../../Cargo.lock");
const WRONG_ARGUMENTS: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match args::parse(std::env::args_os().skip(1)) {
        Ok(Asked::Run(args)) => run(args).await,
        Ok(Asked::Doctor) => examine().await,
        Ok(Asked::Help) => return print(&mut io::stdout(), args::HELP),
        Err(error) => {
            print(&mut io::stderr(), &format!("exporter: {error}; --help tells what there is\n"));
            return WRONG_ARGUMENTS.into();
        }
    };
    done.unwrap_or_else(|error| {
        print(&mut io::stderr(), &format!("exporter: {}\n", told(&*error)));
        ExitCode::FAILURE
    })
}

async fn run(args: Args) -> Result<ExitCode, Failure> {
    let config = configure(args.admin)?;
    let (traces, reports) = (traces(&config), reports(&config));
    let telemetry = obskit::init(config)?;
    // Before anything else, so that no signal is missed.
    let leave = telemetry.shutdown_signal()?;
    let running = start(&telemetry, args, [&traces, reports], &leave).await?;
    leave.run_until_deadline(running.end()).await;
    let report = telemetry.shutdown(leave.remaining()).await?;
    if !report.is_complete() {
        print(&mut io::stderr(), &format!("exporter: {report}\n"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what obskit's doctor finds, and fails if anything does not work.
async fn examine() -> Result<ExitCode, Failure> {
    let telemetry = obskit::init(configure(None)?)?;
    let diagnosis = telemetry.doctor().lockfile(LOCKFILE).await;
    let printed = print(&mut io::stdout(), &format!("{diagnosis}\n"));
    Ok(if diagnosis.is_healthy() { printed } else { ExitCode::FAILURE })
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
    sent: [&str; 2],
    leave: &ShutdownSignal,
) -> Result<Running, Failure> {
    // Not ready until the service listens.
    let _starting = telemetry.latch();
    let admin = telemetry.serve_admin().await?;
    let refused = |error| format!("the service cannot listen on {}: {error}", args.listen);
    let listener = TcpListener::bind(args.listen).await.map_err(refused)?;
    let addr = listener.local_addr()?;
    let (store, partners) =
        (Store::open(telemetry)?, Partners::start(telemetry, args.coach).await?);
    let app = service::app(telemetry, store.clone(), partners, leave.clone());
    let server = axum::serve(listener, app).with_graceful_shutdown(leave.clone());
    let over = leave.clone();
    let serving = async move {
        let served = server.await;
        // Whyever it has ended, the rest is to end, too.
        over.trigger();
        served
    };
    announce(addr, &admin, sent, args.traffic);
    Ok(Running {
        serving: tokio::spawn(serving),
        jobs: tokio::spawn(jobs::run(store, leave.clone())),
        traffic: tokio::spawn(traffic::run(addr, args.traffic, leave.clone())),
    })
}

/// The environment's settings, and before them where the operator is to be served.
fn configure(admin: Option<SocketAddr>) -> Result<Config, Failure> {
    let mut config = Config::from_env()?;
    let named = config.service.name != Config::default().service.name;
    if !named {
        "workout-tracker".clone_into(&mut config.service.name);
    }
    config.service.version.get_or_insert_with(|| env!("CARGO_PKG_VERSION").to_owned());
    config.admin.addr = admin.map_or(config.admin.addr, Into::into);
    if config.traces.exporter == Exporter::Otlp && config.traces.otlp.endpoint.is_none() {
        // Most machines it is tried on have no collector.
        config.traces.exporter = Exporter::None;
    }
    if config.shutdown == Shutdown::default() {
        // No load balancer stands before it, which would have to learn that it leaves.
        config.shutdown.drain_delay = Duration::ZERO;
    }
    if io::stdout().is_terminal() && config.logs == Logs::default() {
        // Nobody reads twenty lines a second.
        config.logs.level = Level::WARN;
    }
    Ok(config)
}

/// Where spans go, in words.
fn traces(config: &Config) -> String {
    match config.traces.exporter {
        Exporter::Otlp => config.traces.otlp.url(Signal::Traces).to_string(),
        Exporter::Console => "standard output".to_owned(),
        _ => "nowhere; OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 sends them".to_owned(),
    }
}

/// Where reports go, in words.
fn reports(config: &Config) -> &'static str {
    match config.reports.dsn {
        Some(_) => "where SENTRY_DSN says",
        None => "nowhere; SENTRY_DSN says where they go",
    }
}

fn announce(service: SocketAddr, admin: &AdminAddr, [traces, reports]: [&str; 2], traffic: u32) {
    let busy = match traffic {
        0 => "No traffic of its own.".to_owned(),
        n => format!("{n} requests a second of its own."),
    };
    let text = format!(
        "\nservice    http://{service}  (try /api/workouts, /api/ppl/today, /api/live)\n\
         metrics    http://{admin}/metrics\n\
         readiness  http://{admin}/readyz\n\
         routes     http://{admin}/\n\
         traces     {traces}\n\
         reports    {reports}\n\n\
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
