//! What log lines say of the spans that they are in.

use super::{Rig, named, server};
use obskit::config::{LogFormat, RootSampler, Sampler};
use obskit_tests::lab::field;
use tracing::{info, info_span};

/// A reader of the trace finds the lines of each span.
#[tokio::test]
async fn a_line_shows_the_innermost_recorded_span() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    rig.lab
        .request(|| {
            info!("in the request");
            let _outer = info_span!("outer").entered();
            info!("in the outer");
            let _skipped = tracing::trace_span!("skipped", a = 1).entered();
            info!("in the skipped");
            let inner = info_span!("inner");
            info!(parent: &inner, "in the inner");
            info!(parent: None, "beside them");
        })
        .await;
    let (spans, lines) = (rig.spans(), rig.lab.lines());
    let ids: Vec<_> = lines.iter().map(|line| field(line, "spanId")).collect();
    let [request, outer, inner] =
        [server(&spans), named(&spans, "outer"), named(&spans, "inner")].map(|span| &*span.span_id);
    // The last is the request's own.
    assert_eq!(ids, [request, outer, outer, inner, request, request], "{lines:#?}");
    assert!(lines.iter().all(|line| field(line, "traceId") == server(&spans).trace_id));
}

#[tokio::test]
async fn a_line_outside_of_requests_shows_its_trace() {
    for (format, [trace, span]) in
        [(LogFormat::App, ["traceId", "spanId"]), (LogFormat::Otel, ["trace_id", "span_id"])]
    {
        let rig = Rig::with(|config| config.logs.format = format).await;
        rig.lab.run(|| {
            info!("before");
            info_span!("job").in_scope(|| info!("within"));
        });
        let (spans, lines) = (rig.spans(), rig.lab.lines());
        let job = named(&spans, "job");
        assert!(lines[0].get(trace).is_none() && lines[0].get(span).is_none(), "{lines:#?}");
        assert_eq!(
            (field(&lines[1], trace), field(&lines[1], span)),
            (&*job.trace_id, &*job.span_id)
        );
        assert!(lines[1].get("requestId").is_none() && lines[1].get("endpoint").is_none());
        if format == LogFormat::Otel {
            assert_eq!(field(&lines[1], "trace_flags"), "01");
        }
    }
}

/// Its lines go together nevertheless.
#[tokio::test]
async fn so_does_one_of_a_trace_that_is_not_sampled() {
    let rig = Rig::with(|config| {
        config.traces.sampler = Sampler::ParentBased(RootSampler::AlwaysOff);
        config.logs.format = LogFormat::Otel;
    })
    .await;
    rig.lab.run(|| {
        let _job = info_span!("job", a = 1).entered();
        info!("in the job");
        info_span!("step", b = 1).in_scope(|| info!("in the step"));
    });
    let lines = rig.lab.lines();
    let traces: Vec<_> = lines.iter().map(|line| field(line, "trace_id")).collect();
    assert_eq!(traces[0], traces[1]);
    assert!(lines.iter().all(|line| field(line, "trace_flags") == "00"), "{lines:#?}");
    assert_eq!(rig.spans(), []);
}

/// As before there were spans.
#[tokio::test]
async fn without_sampling_a_line_shows_the_request() {
    let rig = Rig::with(|config| config.traces.sampler = Sampler::AlwaysOff).await;
    let _entered = rig.lab.enter();
    let context = rig
        .lab
        .request(|| {
            let _span = info_span!("span", a = 1).entered();
            info!("within");
            obskit::context::RequestContext::current().unwrap()
        })
        .await;
    let lines = rig.lab.lines();
    assert_eq!(field(&lines[0], "spanId"), context.span_id().to_string());
}
