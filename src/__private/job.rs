//! The end of a job's run.

use std::time::Duration;

use crate::context::{Outcome, RequestContext, Run};

use super::ending::milliseconds;

/// Says how a run went, as an event and to those who take runs. To be called within the run.
pub(super) fn end(context: &RequestContext, job: &str, outcome: Outcome, duration: Duration) {
    tracing::info!(
        target: "obskit::job",
        job,
        outcome = outcome.as_str(),
        durationMs = milliseconds(duration),
        "{job} ended"
    );
    let run = Run { context, outcome };
    context.records().iter().for_each(|record| record.record_run(&run));
}
