//! What tracing takes of whoever makes a request.

use std::convert::Infallible;

use axum::body::Body;
use http::{Request, Response};
use obskit::Telemetry;
use obskit::config::{Config, Exporter, Keep, RootSampler, Sampler};
use obskit_tests::settings;
use tower::{Layer, ServiceExt, service_fn};
use tracing_subscriber::layer::SubscriberExt;

/// Allocations of so many requests, each with these many spans within.
fn allocations(children: usize, set: impl FnOnce(&mut Config)) -> u64 {
    const TIMES: usize = 310;
    let mut config = settings::local();
    config.logs.directives = Some("off".to_owned());
    config.logs.access.enabled = false;
    config.traces.exporter = Exporter::Otlp;
    // Nobody is there, and nobody is asked before the test is over.
    config.traces.otlp.endpoint = Some("http://127.0.0.1:9/v1/traces".parse().unwrap());
    config.traces.batch.schedule_delay = std::time::Duration::from_hours(1);
    config.traces.batch.queue_size = 1 << 20;
    config.traces.batch.batch_size = 1 << 20;
    set(&mut config);
    let telemetry = Telemetry::build(config).unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.tracing_layer().unwrap());
    let service = telemetry.layer().layer(service_fn(move |_: Request<Body>| async move {
        for number in 0..children {
            let _entered = tracing::info_span!("child", number).entered();
        }
        Ok::<_, Infallible>(Response::new(Body::empty()))
    }));
    let run = |times| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let requests = || (0..times).map(|_| Request::get("/users/7").body(Body::empty()).unwrap());
        let ask = async |request| drop(service.clone().oneshot(request).await);
        runtime.block_on(async {
            for request in requests() {
                ask(request).await;
            }
        });
    };
    tracing::subscriber::with_default(subscriber, || {
        run(TIMES);
        let few = allocation_counter::measure(|| run(TIMES)).count_total;
        let many = allocation_counter::measure(|| run(2 * TIMES)).count_total;
        (many - few + TIMES as u64 / 2) / TIMES as u64
    })
}

fn off(config: &mut Config) {
    config.traces.exporter = Exporter::None;
}

fn unsampled(config: &mut Config) {
    config.traces.sampler = Sampler::ParentBased(RootSampler::AlwaysOff);
}

#[test]
fn a_sampled_request_takes_an_allocation_for_each_span_that_leaves() {
    let bare = allocations(0, off);
    assert_eq!(allocations(0, |_| ()), bare + 1);
    let (bare, sampled) = (allocations(3, off), allocations(3, |_| ()));
    assert!(sampled <= bare + 1 + 3 * 3, "{sampled} {bare}");
}

#[test]
fn a_request_that_is_not_sampled_takes_none() {
    for children in [0, 3] {
        assert_eq!(allocations(children, unsampled), allocations(children, off), "{children}");
    }
}

/// Were it to fail, it would be kept.
#[test]
fn nor_does_one_that_has_nothing_to_keep() {
    let keeping = |config: &mut Config| {
        unsampled(config);
        config.traces.keep = Some(Keep::default());
    };
    assert_eq!(allocations(0, keeping), allocations(0, off));
}
