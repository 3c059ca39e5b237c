//! The command line.

use std::ffi::OsString;
use std::net::SocketAddr;

use axum::http::Uri;
use lexopt::prelude::*;

/// What is asked for.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    Run(Args),
    /// An examination of obskit and its surroundings, and nothing else.
    Doctor,
    Help,
}

/// How it is to run.
#[derive(Clone, Debug)]
pub(crate) struct Args {
    pub(crate) listen: SocketAddr,
    /// In place of what the environment says.
    pub(crate) admin: Option<SocketAddr>,
    /// Requests a second.
    pub(crate) traffic: u32,
    /// Another of its kind that is asked for tips.
    pub(crate) coach: Option<Uri>,
}

pub(crate) const HELP: &str = "\
A small workout tracker, watched by obskit and busy by itself.

Usage: exporter [OPTIONS]
       exporter doctor

  doctor          tells what is wrong with the settings and what they lead to, and fails if
                  anything is
  --listen ADDR   where the service listens     [127.0.0.1:8080]
  --admin ADDR    where the operator is served  [127.0.0.1:9464, or OBSKIT_ADMIN_ADDR]
  --traffic N     requests a second that it sends to itself; 0 for none  [20]
  --coach URL     another exporter, which is asked for tips: one trace through both of them
  --help          this text

Port 0 takes a free one; the addresses are printed. Settings are read from the environment as by
any service that uses obskit, such as LOG_LEVEL=debug or OBSKIT_NATIVE_HISTOGRAMS=true. Traces are
sent where OTEL_EXPORTER_OTLP_ENDPOINT says, reports of what fails where SENTRY_DSN says, and
nowhere without them. GET /api/broken/status, error, panic, task, job and sentry fail, each in its
way.
";

const MOST_TRAFFIC: u32 = 10_000;

/// Reads the arguments after the program's name.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Asked, lexopt::Error> {
    let listen = ([127, 0, 0, 1], 8080).into();
    let mut found = Args { listen, admin: None, traffic: 20, coach: None };
    let mut asks_doctor = false;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Long("listen") => found.listen = address("--listen", &parser.value()?)?,
            Long("admin") => found.admin = Some(address("--admin", &parser.value()?)?),
            Value(word) if word == "doctor" => asks_doctor = true,
            Long("coach") => found.coach = Some(service(&parser.value()?)?),
            Long("traffic") => found.traffic = traffic(&parser.value()?)?,
            Short('h') | Long("help") => return Ok(Asked::Help),
            other => return Err(other.unexpected()),
        }
    }
    Ok(if asks_doctor { Asked::Doctor } else { Asked::Run(found) })
}

fn address(option: &str, value: &OsString) -> Result<SocketAddr, lexopt::Error> {
    let parsed = value.to_str().and_then(|text| text.parse().ok());
    parsed.ok_or_else(|| {
        format!(
            "{option} is `{}`; an address and port such as 127.0.0.1:8080 are accepted",
            value.display()
        )
        .into()
    })
}

fn service(value: &OsString) -> Result<Uri, lexopt::Error> {
    let parsed: Option<Uri> = value.to_str().and_then(|text| text.parse().ok());
    let is_whole = |uri: &Uri| uri.scheme_str() == Some("http") && uri.path() == "/";
    parsed.filter(is_whole).ok_or_else(|| {
        format!("--coach is `{}`; a URL such as http://127.0.0.1:8081 is accepted", value.display())
            .into()
    })
}

fn traffic(value: &OsString) -> Result<u32, lexopt::Error> {
    let parsed = value.to_str().and_then(|text| text.parse().ok());
    parsed.filter(|rate| *rate <= MOST_TRAFFIC).ok_or_else(|| {
        format!(
            "--traffic is `{}`; a whole number from 0 to {MOST_TRAFFIC} is accepted",
            value.display()
        )
        .into()
    })
}
