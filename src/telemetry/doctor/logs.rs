//! Whether events become lines, and lines reach what they are written to.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use crate::config::LogOutput;
use crate::context::REQUEST_SPAN;
use crate::logging::Logging;
use crate::telemetry::tracing_layer;

use super::diagnosis::Finding;
use super::examination::Examination;

const SUBSCRIBER: &str = "subscriber";
const OUTPUT: &str = "log_output";
/// What a flush may take: an output that takes lines needs a few milliseconds.
const SLOW: Duration = Duration::from_millis(1_500);

/// Whether the subscriber of the calling thread hands events on, and keeps the span of a request.
pub(super) fn subscriber(logging: &Logging) -> Finding {
    if !logging.is_running() {
        return Finding::warning(
            SUBSCRIBER,
            "no tracing subscriber has this telemetry's layer: events become no log lines",
            "Begin with obskit::init, or put telemetry.tracing_layer() into your subscriber.",
        );
    }
    if !tracing_layer::is_current(logging) {
        return Finding::warning(
            SUBSCRIBER,
            "the tracing subscriber here is without this telemetry's layer: events of threads like \
             this one become no log lines",
            "Make the subscriber that has the layer the process's, as obskit::init does.",
        );
    }
    if !tracing::span_enabled!(target: REQUEST_SPAN, tracing::Level::ERROR, request) {
        return Finding::warning(
            SUBSCRIBER,
            "the subscriber leaves the span of requests out: tasks that they spawn in it, and \
             other layers, do not know the request",
            format!("Let {REQUEST_SPAN}=error pass RUST_LOG and the filters of your own."),
        );
    }
    Finding::ok(SUBSCRIBER, "events become log lines, and the span of a request is kept")
}

/// Whether what was logged reaches its output. Nothing where no lines are written at all.
pub(super) fn output(logging: &Logging, output: &LogOutput) -> Option<Examination> {
    let (logging, output) = (logging.clone(), output.clone());
    logging.is_running().then(|| Examination::new(OUTPUT, move || written(&logging, &output)))
}

fn written(logging: &Logging, output: &LogOutput) -> Finding {
    let name = match output {
        LogOutput::Stdout => "standard output".to_owned(),
        LogOutput::Stderr => "standard error".to_owned(),
        LogOutput::File(file) => format!("the file {}", file.path.display()),
        LogOutput::Writer(_) => "the service's own writer".to_owned(),
    };
    if !logging.flush(SLOW) {
        return Finding::failure(
            OUTPUT,
            format!("{name} takes no lines: what waits was not written within {SLOW:?}"),
            "Whoever reads it has stopped, or its disk hangs.",
        );
    }
    if logging.is_failing() {
        return Finding::failure(
            OUTPUT,
            format!("{name} refused the last lines that it was given"),
            "Its disk is full, or whoever read it has gone.",
        );
    }
    let flaw = match output {
        LogOutput::Stdout => leads_nowhere(&name, "/proc/self/fd/1"),
        LogOutput::Stderr => leads_nowhere(&name, "/proc/self/fd/2"),
        LogOutput::File(file) => cannot_be_written(&name, &file.path),
        LogOutput::Writer(_) => None,
    };
    flaw.unwrap_or_else(|| Finding::ok(OUTPUT, format!("{name} takes lines")))
}

/// Where the system says what a stream leads to.
fn leads_nowhere(name: &str, link: &str) -> Option<Finding> {
    let target = fs::read_link(link).ok()?;
    let target = target.to_string_lossy();
    (target == "/dev/null" || target.ends_with(" (deleted)")).then(|| {
        Finding::warning(
            OUTPUT,
            format!("{name} leads to {target}: nobody will read the lines"),
            "Redirect it, or set OBSKIT_LOG_OUTPUT.",
        )
    })
}

/// A file that has gone is made anew with the next line, if its folder is there.
fn cannot_be_written(name: &str, path: &Path) -> Option<Finding> {
    let is_file = fs::metadata(path).map(|found| found.is_file());
    let error = match is_file {
        // What is no file, as a pipe, may wait for its reader when it is opened.
        Ok(false) => return None,
        Ok(true) => OpenOptions::new().append(true).open(path).err()?,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            fs::metadata(folder.unwrap_or_else(|| Path::new("."))).err()?
        }
        Err(error) => error,
    };
    Some(Finding::failure(
        OUTPUT,
        format!("{name} cannot be written: {}", error.kind()),
        "Give the service's user the right to write it, and its folder back if that has gone.",
    ))
}
