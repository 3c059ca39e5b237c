//! `sentry`'s own calls within requests: each request has a hub of its own.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::Poll;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use obskit::Telemetry;
use obskit::context::RequestContext;
use obskit_tests::settings;
use sentry::{Hub, Level, SentryFutureExt};
use serde_json::Value;
use tower::{Layer, ServiceExt, service_fn};

use super::lab::Reported;

/// Tags of an event that `sentry`'s own calls have set.
fn tag<'a>(event: &'a Value, name: &str) -> Option<&'a str> {
    event["tags"][name].as_str()
}

/// What was captured as a message.
fn message(event: &Value) -> &str {
    event["logentry"]["message"].as_str().unwrap_or_else(|| panic!("{event:#}"))
}

/// The events with that message.
fn named<'a>(events: &'a [Value], name: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| message(event) == name).collect()
}

/// Gives others on the thread their turn.
async fn turn() {
    tokio::task::yield_now().await;
}

fn set(name: &str, value: &str) {
    sentry::configure_scope(|scope| scope.set_tag(name, value));
}

#[tokio::test]
async fn requests_on_one_thread_share_nothing_before_and_after_awaits() {
    const REQUESTS: usize = 8;
    let lab = Reported::start().await;
    let handler = async |request: Request<Body>| {
        let own = request.uri().path().to_owned();
        set("before", &own);
        sentry::add_breadcrumb(sentry::Breadcrumb {
            message: Some(own.clone()),
            ..sentry::Breadcrumb::default()
        });
        turn().await;
        sentry::capture_message("half-way", Level::Info);
        set("after", &own);
        turn().await;
        let context = RequestContext::current().unwrap();
        set("id", context.request_id().as_str());
        sentry::capture_message("done", Level::Info);
        Ok::<_, Infallible>(Response::new(Body::empty()))
    };
    let service = lab.telemetry.layer().layer(service_fn(handler));
    let ask = |number: usize| {
        let request = Request::get(format!("/{number}")).body(Body::empty()).unwrap();
        service.clone().oneshot(request)
    };
    let asked: Vec<_> = (0..REQUESTS).map(|number| tokio::spawn(ask(number))).collect();
    for asked in asked {
        asked.await.unwrap().unwrap();
    }
    let events = lab.events();
    let (half, done) = (named(&events, "half-way"), named(&events, "done"));
    assert_eq!((half.len(), done.len(), events.len()), (REQUESTS, REQUESTS, 2 * REQUESTS));
    let mut seen: Vec<_> = done.iter().map(|event| tag(event, "before").unwrap()).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), REQUESTS, "{seen:?}");
    for event in half {
        assert_eq!(tag(event, "after"), None, "{event}");
        assert_eq!(event["breadcrumbs"]["values"][0]["message"], tag(event, "before").unwrap());
    }
    for event in done {
        assert_eq!(tag(event, "after"), tag(event, "before"), "{event}");
        assert_eq!(tag(event, "request_id"), tag(event, "id"), "{event}");
        assert_eq!(event["breadcrumbs"]["values"].as_array().unwrap().len(), 1, "{event}");
        assert_eq!(event["breadcrumbs"]["values"][0]["message"], tag(event, "before").unwrap());
    }
}

#[tokio::test]
async fn what_a_user_captures_has_the_requests_data() {
    let lab = Reported::start().await;
    let handler = async || {
        let context = RequestContext::current().unwrap();
        context.set_user("u-7");
        turn().await;
        sentry::capture_message("stock is low", Level::Warning);
        (context.trace_id().to_string(), context.span_id().to_string())
    };
    let ids = Arc::new(std::sync::Mutex::new(None));
    let told = Arc::clone(&ids);
    let router = Router::new()
        .route(
            "/stock/{id}",
            get(async move || {
                *told.lock().unwrap() = Some(handler().await);
            }),
        )
        .layer(lab.telemetry.layer());
    let request = Request::get("/stock/7?token=secret").body(Body::empty()).unwrap();
    router.oneshot(request).await.unwrap();
    let event = lab.event();
    let (trace, span) = ids.lock().unwrap().take().unwrap();
    assert_eq!(event["transaction"], "GET /stock/{id}");
    assert_eq!(event["request"]["method"], "GET");
    assert_eq!(event["user"]["id"], "u-7");
    assert_eq!(event["level"], "warning");
    assert_eq!(event["contexts"]["trace"]["trace_id"], trace);
    assert_eq!(event["contexts"]["trace"]["span_id"], span);
    assert!(!lab.sentry.has_seen("token"));
}

#[tokio::test]
async fn tasks_have_the_hub_that_they_are_given() {
    let lab = Reported::start().await;
    lab.call(async || {
        set("order", "7");
        let bound = async {
            turn().await;
            sentry::capture_message("bound", Level::Info);
        };
        let own = async {
            turn().await;
            sentry::capture_message("spawned", Level::Info);
        };
        let blocking = || {
            sentry::capture_message("blocking", Level::Info);
        };
        let tasks = [
            tokio::spawn(bound.bind_hub(Hub::current())),
            obskit::context::spawn(own),
            obskit::context::spawn_blocking(blocking),
        ];
        for task in tasks {
            task.await.unwrap();
        }
    })
    .await;
    let events = lab.events();
    assert_eq!(events.len(), 3, "{events:#?}");
    for event in &events {
        assert_eq!(tag(event, "order"), Some("7"), "{event}");
        assert!(tag(event, "request_id").is_some(), "{event}");
    }
}

#[tokio::test]
async fn telemetries_within_each_other_keep_apart() {
    let (outer, inner) = (Reported::start().await, Reported::start().await);
    let handler = async |_: Request<Body>| {
        set("of", "inner");
        turn().await;
        sentry::capture_message("inner", Level::Info);
        Ok::<_, Infallible>(Response::new(Body::empty()))
    };
    let within = inner.telemetry.layer().layer(service_fn(handler));
    let around = async |request: Request<Body>| {
        set("of", "outer");
        let answered = within.clone().oneshot(request).await;
        sentry::capture_message("outer", Level::Info);
        answered
    };
    let service = outer.telemetry.layer().layer(service_fn(around));
    service.oneshot(Request::new(Body::empty())).await.unwrap();
    for (lab, name) in [(outer, "outer"), (inner, "inner")] {
        let event = lab.event();
        assert_eq!((message(&event), tag(&event, "of")), (name, Some(name)));
    }
}

/// Whatever a request leaves behind.
#[tokio::test]
async fn nothing_of_a_request_is_in_the_next_or_on_its_thread() {
    let lab = Reported::start().await;
    let thread = Hub::current();
    let untidy: [fn(); 6] = [
        || set("left", "a tag"),
        || std::mem::forget(Hub::current().push_scope()),
        || {
            std::mem::forget(Hub::current().push_scope());
            set("left", "a pushed tag");
        },
        || Hub::current().bind_client(None),
        || {
            sentry::capture_message("left", Level::Info);
        },
        || {
            sentry::configure_scope(|scope| {
                scope.set_user(Some(sentry::User::default()));
                scope.add_event_processor(|_| None);
                scope.set_level(Some(Level::Fatal));
            });
        },
    ];
    for (number, leave) in untidy.into_iter().enumerate() {
        lab.request(leave).await;
        assert!(Arc::ptr_eq(&Hub::current(), &thread), "{number}");
        lab.request(|| {
            assert_eq!(sentry::last_event_id(), None, "{number}");
            sentry::capture_message("next", Level::Info);
        })
        .await;
        let events = lab.events();
        let next = named(&events, "next");
        assert_eq!(next.len(), number + 1, "{events:#?}");
        assert_eq!((tag(next[number], "left"), &next[number]["level"]), (None, &"info".into()));
    }
}

#[tokio::test]
async fn a_hub_that_somebody_holds_stays_that_of_its_request() {
    type Held = Box<dyn std::any::Any>;
    let lab = Reported::start().await;
    let hold: [fn() -> Held; 4] = [
        || Box::new(Hub::current()),
        || Box::new(Hub::new_from_top(Hub::current())),
        || Box::new(Hub::current().push_scope()),
        || {
            let pushed = Hub::current().push_scope();
            set("held", "yes");
            Box::new(pushed)
        },
    ];
    for (number, hold) in hold.into_iter().enumerate() {
        let kept = lab.request(hold).await;
        let own = lab
            .call(async || {
                turn().await;
                set("own", "yes");
                sentry::capture_message("next", Level::Info);
                RequestContext::current().unwrap().request_id().to_string()
            })
            .await;
        let late = kept.downcast_ref::<Arc<Hub>>();
        if let Some(hub) = late {
            hub.capture_message("late", Level::Info);
        }
        drop(kept);
        let events = lab.events();
        let next = named(&events, "next")[number];
        assert_eq!(tag(next, "held"), None, "{number}: {next}");
        assert_eq!(tag(next, "request_id"), Some(&*own), "{number}: {next}");
        for late in named(&events, "late") {
            assert_eq!((tag(late, "own"), tag(late, "request_id")), (None, None), "{late}");
        }
    }
}

#[tokio::test]
async fn the_body_and_what_is_dropped_are_of_the_request() {
    struct Leaving(&'static str);
    impl Drop for Leaving {
        fn drop(&mut self) {
            sentry::capture_message(self.0, Level::Info);
        }
    }
    let lab = Reported::start().await;
    let handler = async |_: Request<Body>| {
        set("order", "7");
        let _leaving = Leaving("handler");
        let leaving = Leaving("body");
        let frames = std::iter::from_fn(move || {
            let _ = &leaving;
            sentry::capture_message("frame", Level::Info);
            None::<Result<Bytes, Infallible>>
        });
        Ok::<_, Infallible>(Response::new(Body::from_stream(tokio_stream::iter(frames))))
    };
    let service = lab.telemetry.layer().layer(service_fn(handler));
    let answer = service.clone().oneshot(Request::new(Body::empty())).await.unwrap();
    answer.into_body().collect().await.unwrap();
    // Given up at its first await.
    let waiting = async |_: Request<Body>| {
        set("order", "7");
        let _leaving = Leaving("given up");
        std::future::pending::<Result<Response<Body>, Infallible>>().await
    };
    let service = lab.telemetry.layer().layer(service_fn(waiting));
    let mut future = Box::pin(service.oneshot(Request::new(Body::empty())));
    let poll = std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_pending()));
    assert!(poll.await);
    drop(future);
    let events = lab.events();
    let mut told: Vec<_> = events.iter().map(message).collect();
    told.sort_unstable();
    assert_eq!(told, ["body", "frame", "given up", "handler"]);
    assert!(events.iter().all(|event| tag(event, "order") == Some("7")), "{events:#?}");
}

/// As the values of a thread that ends are: `sentry`'s are among them.
#[test]
fn a_context_may_outlive_the_hub_of_its_thread() {
    use std::cell::RefCell;

    thread_local! {
        static LATE: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
    }
    struct Late(Option<RequestContext>);
    impl Drop for Late {
        fn drop(&mut self) {
            let context = self.0.take().unwrap();
            assert!(
                context
                    .sync_scope(|| RequestContext::current().is_none_or(|c| c.method() == "GET"))
            );
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lab = runtime.block_on(Reported::start());
    let context = runtime.block_on(lab.call(async || RequestContext::current().unwrap()));
    let ended = std::thread::spawn(move || {
        let late = Late(Some(context.clone()));
        // Before the hub's, so that it is gone after it.
        LATE.with_borrow_mut(|slot| *slot = Some(Box::new(move || drop(late))));
        context.sync_scope(|| sentry::configure_scope(|scope| scope.set_tag("seen", "1")));
    });
    ended.join().unwrap();
}

fn allocations(telemetry: &Telemetry, polls: usize) -> u64 {
    const TIMES: usize = 310;
    let handler = move |_: Request<Body>| async move {
        for _ in 0..polls {
            turn().await;
        }
        Ok::<_, Infallible>(Response::new(Body::empty()))
    };
    let service = telemetry.layer().layer(service_fn(handler));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let run = |times: usize| {
        runtime.block_on(async {
            for _ in 0..times {
                drop(service.clone().oneshot(Request::new(Body::empty())).await.unwrap());
            }
        });
    };
    run(TIMES);
    let few = allocation_counter::measure(|| run(TIMES)).count_total;
    let many = allocation_counter::measure(|| run(2 * TIMES)).count_total;
    (many - few + TIMES as u64 / 2) / TIMES as u64
}

#[test]
fn neither_a_request_nor_a_poll_takes_memory_for_a_hub() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let lab = runtime.block_on(Reported::start());
    let unarmed = Telemetry::build(settings::local()).unwrap();
    let [bare, armed] = [&unarmed, &lab.telemetry].map(|telemetry| {
        let once = allocations(telemetry, 1);
        assert_eq!(allocations(telemetry, 100), once);
        once
    });
    assert_eq!(armed, bare);
}
