//! Spans outside of requests.

use super::{Rig, check_child, named};
use obskit::config::{Config, RootSampler, Sampler};
use tracing::{Instrument, info_span};

#[tokio::test]
async fn a_span_outside_of_requests_begins_a_trace() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    for name in ["one", "two"] {
        info_span!("job", name).in_scope(|| info_span!("step", name).in_scope(|| ()));
    }
    let task = async { info_span!("in a task").in_scope(|| ()) };
    tokio::spawn(task.instrument(info_span!("task"))).await.unwrap();
    let spans = rig.spans();
    let jobs: Vec<_> = spans.iter().filter(|span| span.name == "job").collect();
    let steps: Vec<_> = spans.iter().filter(|span| span.name == "step").collect();
    assert_eq!((jobs.len(), steps.len()), (2, 2));
    for (job, step) in jobs.iter().zip(steps) {
        check_child(step, job);
        assert_eq!((&*job.parent, job.flags), ("", 0x101));
    }
    assert_ne!(jobs[0].trace_id, jobs[1].trace_id);
    check_child(named(&spans, "in a task"), named(&spans, "task"));
}

/// All of it is kept, or nothing.
#[tokio::test]
async fn such_a_trace_is_sampled_as_a_whole() {
    let half = |config: &mut Config| {
        config.traces.sampler = Sampler::ParentBased(RootSampler::Ratio(0.5));
        config.traces.batch.queue_size = 10_000;
    };
    let rig = Rig::with(half).await;
    let _entered = rig.lab.enter();
    for _ in 0..1_000 {
        let _job = info_span!("job").entered();
        let _step = info_span!("step").entered();
        info_span!("part").in_scope(|| ());
    }
    let spans = rig.spans();
    let count = |name: &str| spans.iter().filter(|span| span.name == name).count();
    let jobs = count("job");
    // Ten standard deviations either way.
    assert!((340..=660).contains(&jobs), "{jobs}");
    assert_eq!((count("step"), count("part")), (jobs, jobs));
}
