//! What transactions take of whoever makes a request.

use std::convert::Infallible;

use axum::body::Body;
use http::{Request, Response};
use obskit::Telemetry;
use obskit::config::Config;
use obskit_tests::settings;
use tower::{Layer, ServiceExt, service_fn};
use tracing_subscriber::layer::SubscriberExt;

/// Allocations of so many requests, each with these many spans within, of traces that end in zeros:
/// any share but 0 takes them; or in ones, which only the whole does.
fn allocations(children: usize, trace: &'static str, set: impl FnOnce(&mut Config)) -> u64 {
    const TIMES: usize = 200;
    let mut config = settings::local();
    config.logs.directives = Some("off".to_owned());
    config.logs.access.enabled = false;
    config.reports.sessions = false;
    // Nobody is there.
    config.reports.dsn = Some("http://f00d@127.0.0.1:9/1".parse().unwrap());
    set(&mut config);
    let telemetry = Telemetry::build(config).unwrap();
    let subscriber = tracing_subscriber::registry().with(telemetry.tracing_layer().unwrap());
    let service = telemetry.layer().layer(service_fn(move |_: Request<Body>| async move {
        for number in 0..children {
            let _entered = tracing::info_span!("child", number).entered();
        }
        Ok::<_, Infallible>(Response::new(Body::empty()))
    }));
    let request = || Request::get("/users/7").header("traceparent", trace).body(Body::empty());
    let run = |times| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let requests: Vec<_> = (0..times).map(|_| request().unwrap()).collect();
        runtime.block_on(async {
            for request in requests {
                drop(service.clone().oneshot(request).await);
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

const LAST: &str = "00-0000000000000001ffffffffffffffff-00f067aa0ba902b7-01";

fn share(share: f64) -> impl FnOnce(&mut Config) {
    move |config| config.reports.traces_sample_rate = share
}

#[test]
fn a_request_that_is_none_takes_nothing() {
    for children in [0, 3] {
        let without = allocations(children, LAST, share(0.0));
        assert_eq!(allocations(children, LAST, share(0.999)), without, "{children}");
        assert!(allocations(children, LAST, share(1.0)) > without, "{children}");
    }
}
