//! The beginning and the end of a job's run.

use std::time::Duration;

use crate::context::{Outcome, Plan, RequestContext, Run};
use crate::metrics::Declaration;

use super::ending::milliseconds;

/// Says to those who take runs that one begins.
pub(super) fn begin(context: &RequestContext, job: &Declaration) {
    context.records().iter().for_each(|record| record.begin_run(context, plan(job)));
}

/// Says how a run went, as an event and to those who take runs. To be called within the run.
pub(super) fn end(
    context: &RequestContext,
    declaration: &Declaration,
    outcome: Outcome,
    duration: Duration,
) {
    let job = declaration.name;
    tracing::info!(
        target: "obskit::job",
        job,
        outcome = outcome.as_str(),
        durationMs = milliseconds(duration),
        "{job} ended"
    );
    let run = Run { context, outcome, plan: plan(declaration) };
    context.records().iter().for_each(|record| record.record_run(&run));
}

fn plan(job: &Declaration) -> Plan {
    Plan { schedule: job.schedule, max_runtime: job.max_runtime }
}
