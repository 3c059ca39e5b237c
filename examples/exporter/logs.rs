//! Lines on standard output: JSON, or for eyes on a terminal.

use std::io::{self, IsTerminal};

use obskit::config::{LogFormat, Logs};
use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::Failure;

/// The target of the line that every request has.
pub(crate) const ACCESS: &str = "access";

/// Logs from now on, as the settings say.
pub(crate) fn start(settings: &Logs) -> Result<(), Failure> {
    let pretty = match settings.format {
        LogFormat::Auto => io::stdout().is_terminal(),
        format => format == LogFormat::Pretty,
    };
    let registry = tracing_subscriber::registry().with(levels(settings, pretty)?);
    if pretty {
        registry.with(fmt::layer()).try_init()?;
    } else {
        registry.with(fmt::layer().json().flatten_event(true)).try_init()?;
    }
    Ok(())
}

fn levels(settings: &Logs, pretty: bool) -> Result<Targets, Failure> {
    let Some(directives) = &settings.directives else {
        let levels = Targets::new().with_default(LevelFilter::from_level(settings.level));
        // Nobody reads twenty lines a second.
        return Ok(if pretty { levels.with_target(ACCESS, Level::WARN) } else { levels });
    };
    let accepted = "levels by target are accepted, as info,access=warn";
    let parsed = directives.parse::<Targets>();
    parsed.map_err(|error| format!("RUST_LOG is {directives:?}: {error}; {accepted}").into())
}
