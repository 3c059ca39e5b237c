//! A check that goes by the service's own calls.

use super::{failed, pass, passed, seconds, verdict, with_clock};
use http::{Request, Response, StatusCode};
use obskit::Telemetry;
use obskit::config::Clock;
use std::convert::Infallible;
use std::future::ready;
use tower::{Layer, ServiceExt, service_fn};

async fn call(telemetry: &Telemetry, dependency: &'static str, status: u16, times: u32) {
    for _ in 0..times {
        let status = StatusCode::from_u16(status).unwrap();
        let answer = move |_: Request<String>| {
            let response = Response::builder().status(status).body(String::new()).unwrap();
            ready(Ok::<_, Infallible>(response))
        };
        let client = telemetry.client_layer(dependency).layer(service_fn(answer));
        drop(client.oneshot(Request::new(String::new())).await.unwrap());
    }
}

/// Both times, a look of the check at a time.
async fn both(clock: &Clock, time: u64) {
    for _ in 0..time {
        clock.advance(seconds(1));
        pass(seconds(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn it_fails_with_the_share_of_calls_and_recovers_with_time() {
    let (telemetry, clock) = with_clock();
    call(&telemetry, "billing", 500, 100).await;
    let builder = telemetry.dependency("billing").passive_check("calls");
    builder.failing_share(0.5).within(seconds(60)).at_least(10).register().unwrap();
    both(&clock, 10).await;
    assert_eq!(verdict(&telemetry, "calls"), passed(), "those were before its time");
    call(&telemetry, "billing", 500, 9).await;
    call(&telemetry, "other", 500, 100).await;
    both(&clock, 10).await;
    assert_eq!(verdict(&telemetry, "calls"), passed(), "too few to go by");
    call(&telemetry, "billing", 404, 10).await;
    both(&clock, 10).await;
    assert_eq!(verdict(&telemetry, "calls"), passed(), "9 of 19");
    call(&telemetry, "billing", 503, 1).await;
    both(&clock, 10).await;
    assert_eq!(verdict(&telemetry, "calls"), failed("10 of 20 calls failed within 60s"));
    assert!(telemetry.is_ready(), "it is optional");
    both(&clock, 70).await;
    assert_eq!(verdict(&telemetry, "calls"), passed(), "they are over");
}

#[tokio::test(start_paused = true)]
async fn a_critical_one_takes_the_service_out() {
    let (telemetry, clock) = with_clock();
    let builder = telemetry.dependency("billing").passive_check("calls");
    builder.critical().at_least(1).register().unwrap();
    both(&clock, 7).await;
    assert!(telemetry.is_ready());
    call(&telemetry, "billing", 500, 1).await;
    both(&clock, 7).await;
    assert!(!telemetry.is_ready());
}

#[tokio::test]
async fn its_numbers_have_bounds() {
    let (telemetry, _) = with_clock();
    let check = || telemetry.dependency("billing").passive_check("calls");
    for (builder, accepted) in [
        (check().failing_share(0.0), "accepted: above 0, at most 1"),
        (check().failing_share(1.1), "accepted: above 0, at most 1"),
        (check().failing_share(f64::NAN), "accepted: above 0, at most 1"),
        (check().within(seconds(0)), "accepted: 1s to 1h"),
        (check().within(seconds(3_601)), "accepted: 1s to 1h"),
        (check().at_least(0), "accepted: 1 or more"),
    ] {
        let error = builder.register().unwrap_err();
        assert!(error.is_health() && error.to_string().contains(accepted), "{error}");
    }
}
