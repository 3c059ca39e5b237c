//! Exporters as they run, and an export of nothing by their own way, TLS and gRPC included.

use std::time::Duration;

use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::concurrent::make_thread_own;
use crate::config::{Otlp, Signal};
use crate::export::Standing;
use crate::export::otlp::{Answer, Collector, Resource};
use crate::ledger;
use crate::telemetry::doctor::diagnosis::Finding;
use crate::telemetry::spans::Spans;

/// Whether there are exporters in this build.
pub(in crate::telemetry::doctor) const ARE_BUILT: bool = true;

/// It ends before the examination's patience does.
const ANSWERING: Duration = Duration::from_secs(1);

/// What became of the last export, and whether an exporter had to be started again.
pub(in crate::telemetry::doctor) fn standings(spans: &Spans) -> Vec<Finding> {
    spans.standings().into_iter().map(|(signal, standing)| standing_of(signal, standing)).collect()
}

/// What a collector answers to an export of nothing. Its own words are not told. It has the
/// calling thread for itself.
pub(in crate::telemetry::doctor) fn greet(
    check: &'static str,
    place: &str,
    signal: Signal,
    otlp: &Otlp,
) -> Finding {
    make_thread_own();
    let failed = |why: String| Finding::failure(check, why, "Look at its settings.");
    let collector = match Collector::new(signal, otlp, Resource::default()) {
        Ok(collector) => collector,
        Err(error) => return failed(error.to_string()),
    };
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
        return failed(format!("{place}: there was no runtime to ask it from"));
    };
    let answer = runtime.block_on(async { timeout(ANSWERING, collector.greet()).await });
    let trouble = match answer {
        Ok(Answer::Taken { .. }) => {
            return Finding::ok(check, format!("{place} takes an empty export"));
        }
        Ok(
            Answer::Later { trouble, .. } | Answer::Refused(trouble) | Answer::TooLarge(trouble),
        ) => trouble,
        Err(_) => {
            let hint = "It takes connections, and hangs or is slow: look at its own log.";
            return Finding::failure(check, format!("{place}: it does not answer in time"), hint);
        }
    };
    let said = format!("{place}: {}", without_words(&trouble.why));
    if trouble.is_of_load() {
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

fn standing_of(signal: ledger::Signal, standing: Standing) -> Finding {
    let (check, what) = match signal {
        ledger::Signal::Span => ("span_export", "spans"),
        _ => ("log_export", "log records"),
    };
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
