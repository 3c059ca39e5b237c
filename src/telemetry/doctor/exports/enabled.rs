//! Exporters as they run, and an export of nothing by their own way, TLS and gRPC included.

use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::concurrent::make_thread_own;
use crate::config::{Otlp, Proxy, Signal};
use crate::export::otlp::{Answer, Collector, Resource};
use crate::export::{Standing, Trouble};
use crate::ledger;
use crate::telemetry::doctor::diagnosis::Finding;
use crate::telemetry::spans::Spans;

/// Whether there are exporters in this build.
pub(in crate::telemetry::doctor) const ARE_BUILT: bool = true;

pub(in crate::telemetry::doctor) use crate::export::is_by_proxy;

const SETTINGS: &str = "Look at its settings.";
/// It ends before the examination's patience does.
const ANSWERING: Duration = Duration::from_secs(1);

/// What became of the last export, and whether an exporter had to be started again.
pub(in crate::telemetry::doctor) fn standings(spans: &Spans) -> Vec<Finding> {
    let of = |(signal, standing)| {
        let names = match signal {
            ledger::Signal::Span => ("span_export", "spans"),
            _ => ("log_export", "log records"),
        };
        standing_of(names, standing)
    };
    spans.standings().into_iter().map(of).collect()
}

/// What a collector answers to an export of nothing. Its own words are not told. It has the
/// calling thread for itself.
pub(in crate::telemetry::doctor) fn greet(
    check: &'static str,
    place: &str,
    signal: Signal,
    (otlp, proxy): (&Otlp, &Proxy),
) -> Finding {
    let collector = match Collector::new(signal, otlp, proxy, Resource::default()) {
        Ok(collector) => collector,
        Err(error) => return Finding::failure(check, error.to_string(), SETTINGS),
    };
    match ask(check, place, collector.greet()) {
        Ok(Answer::Taken { .. }) => Finding::ok(check, format!("{place} takes an empty export")),
        Ok(
            Answer::Later { trouble, .. } | Answer::Refused(trouble) | Answer::TooLarge(trouble),
        ) => troubled(check, place, &trouble, trouble.is_of_load()),
        Err(finding) => finding,
    }
}

/// What a server answers, asked on the calling thread, which it has for itself.
pub(in crate::telemetry::doctor) fn ask<T>(
    check: &'static str,
    place: &str,
    greeting: impl Future<Output = T>,
) -> Result<T, Finding> {
    make_thread_own();
    let failed = |why: &str, hint: &str| Finding::failure(check, format!("{place}: {why}"), hint);
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|_| failed("there was no runtime to ask it from", SETTINGS))?;
    let answer = runtime.block_on(async { timeout(ANSWERING, greeting).await });
    answer.map_err(|_| {
        let hint = "It takes connections, and hangs or is slow: look at its own log.";
        failed("it does not answer in time", hint)
    })
}

/// What a server answers that took nothing. Its own words are not told.
pub(in crate::telemetry::doctor) fn troubled(
    check: &'static str,
    place: &str,
    trouble: &Trouble,
    is_for_now: bool,
) -> Finding {
    let said = format!("{place}: {}", without_words(&trouble.why));
    if is_for_now {
        Finding::warning(check, said, trouble.hint)
    } else {
        Finding::failure(check, said, trouble.hint)
    }
}

const ANSWERS: &str = "it answers ";

/// What a collector says of its own accord stands behind its status.
fn without_words(why: &str) -> &str {
    let status = why.starts_with(ANSWERS).then(|| why.split_once(": ")).flatten();
    status.map_or(why, |(status, _)| status)
}

/// What is known of an exporter.
pub(in crate::telemetry::doctor) fn standing_of(
    (check, what): (&'static str, &str),
    standing: Standing,
) -> Finding {
    let Standing { trouble, restarts } = standing;
    match trouble {
        _ if restarts > 0 => Finding::failure(
            check,
            format!("the exporter of {what} panicked {restarts} times, and was started again"),
            "That is a fault of obskit: report it with what the log says before it.",
        ),
        Some(trouble) => {
            let why = without_words(&trouble.why);
            Finding::failure(check, format!("{what} do not arrive: {why}"), trouble.hint)
        }
        None => Finding::ok(check, format!("no export of {what} has failed last")),
    }
}
