//! What writes process globals: one test, in a process of its own.

use http::{Request, Response, StatusCode};
use obskit::config::Config;
use obskit::{Telemetry, instrument_dependency, instrument_endpoint, instrument_job};
use obskit_tests::collector::Collector;
use obskit_tests::exported::requests;
use obskit_tests::lines::Lines;
use obskit_tests::samples::count;
use obskit_tests::settings;
use obskit_tests::wait::wait_until;
use opentelemetry::trace::Tracer;
use serde_json::Value;
use std::convert::Infallible;
use std::fmt;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tower::{Layer, ServiceExt, service_fn};
use tracing::{Level, debug, enabled, info};

static HOOKED: AtomicUsize = AtomicUsize::new(0);

/// A handler whose panic a layer within ours turns into a 500.
async fn caught(_: Request<String>) -> Result<Response<String>, Infallible> {
    let caught = catch_unwind(AssertUnwindSafe(|| panic!("the handler's fault")));
    let status = if caught.is_err() { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
    Ok(Response::builder().status(status).body(String::new()).unwrap())
}

/// Panics while it is logged.
struct Timid;

impl fmt::Debug for Timid {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("not me")
    }
}

/// Logs a value that panics, and fails for another reason.
async fn fails(_: Request<String>) -> Result<Response<String>, Infallible> {
    info!(who = ?Timid, "asked");
    let response = Response::builder().status(StatusCode::BAD_GATEWAY);
    Ok(response.body(String::new()).unwrap())
}

/// Logs while it is logged.
struct Talkative;

impl fmt::Debug for Talkative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        info!(who = "within", "nested");
        f.write_str("talkative")
    }
}

/// Logs itself while it is logged.
struct Endless;

impl fmt::Debug for Endless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        info!(who = ?self, "endless");
        f.write_str("endless")
    }
}

/// Called in no request.
#[instrument_endpoint]
async fn outside() {}

#[instrument_job("sweep")]
async fn swept() {
    info!("sweeping");
    looked_up();
}

#[instrument_dependency("store", error_if = true, report = server_errors)]
fn looked_up() {}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "a hook that was there before")]
async fn init_sets_globals_once() {
    panic::set_hook(Box::new(|_| {
        HOOKED.fetch_add(1, Ordering::Relaxed);
    }));

    // There is no telemetry so far, and the function just runs.
    outside().await;

    let lines = Lines::default();
    let environment = [("OTEL_TRACES_SAMPLER", "sometimes"), ("OTEL_TRACES_EXPORTER", "none")];
    let mut config = Config::from_environment(&environment).unwrap();
    config.admin.addr = ([127, 0, 0, 1], 0).into();
    config.logs.output = lines.output();
    config.logs.directives = Some("info,quiet=off".into());
    let telemetry = obskit::init(config).unwrap();
    let [warning] = <[Value; 1]>::try_from(lines.take(&telemetry)).unwrap();
    assert_eq!(warning["level"], "warn");
    assert!(warning["message"].as_str().unwrap().contains("OTEL_TRACES_SAMPLER"), "{warning}");

    let again = obskit::init(settings::local()).unwrap_err();
    assert!(again.is_already_installed(), "{again}");

    panics(&telemetry, &lines).await;
    panics_of_values(&telemetry, &lines).await;
    records_of_log(&telemetry, &lines);
    nested(&telemetry, &lines);
    outside_of_requests(&telemetry).await;
    on_other_threads(&telemetry, &lines).await;
    levels(&telemetry, &lines);
    examined_after_the_start(&telemetry, &lines).await;
    flushed_by_a_hook().await;
    global_tracers().await;
}

/// T12: a program that has the crate by itself, in the version that obskit speaks, has one world
/// with it.
async fn global_tracers() {
    let collector = Collector::start().await;
    let mut config = settings::local();
    collector.config(&mut config);
    let telemetry = Telemetry::build(config).unwrap();
    opentelemetry::global::set_tracer_provider(telemetry.tracer_provider());
    let serve = async |_: Request<String>| {
        opentelemetry::global::tracer("library").in_span("work", |_| ());
        Ok::<_, Infallible>(Response::new(String::new()))
    };
    let service = telemetry.layer().layer(service_fn(serve));
    drop(service.oneshot(Request::new(String::new())).await.unwrap());
    assert!(telemetry.flush(Duration::from_secs(20)));
    let (server, work) = (collector.span("GET"), collector.span("work"));
    assert_eq!((&work.trace_id, &work.parent), (&server.trace_id, &server.span_id));
}

/// T1: a hook sends what waits, on a thread of the service's own runtime.
#[expect(clippy::disallowed_methods, reason = "a hook that flushes")]
async fn flushed_by_a_hook() {
    let collector = Collector::start().await;
    let mut config = settings::local();
    collector.config(&mut config);
    config.traces.batch.schedule_delay = Duration::from_hours(1);
    let telemetry = Telemetry::build(config).unwrap();
    requests(&telemetry, 1).await;
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |_| assert!(telemetry.flush(Duration::from_secs(20)))));
    catch_unwind(|| panic!("the end")).unwrap_err();
    let sent = collector.spans().len();
    panic::set_hook(before);
    assert_eq!(sent, 1);
}

/// R11: a panic is booked though a layer within has caught it, and the hook before still runs.
async fn panics(telemetry: &Telemetry, lines: &Lines) {
    let service = telemetry.layer().layer(service_fn(caught));
    drop(service.oneshot(Request::new(String::new())).await.unwrap());
    let text = telemetry.metrics().text();
    let line = "status=\"500\",outcome=\"panic\"} 1";
    assert!(text.contains(line), "{text}");
    assert_eq!(HOOKED.load(Ordering::Relaxed), 1);
    let [panic, access] = <[Value; 2]>::try_from(lines.take(telemetry)).unwrap();
    assert_eq!((&panic["level"], &panic["target"]), (&"error".into(), &"panic".into()));
    assert_eq!(panic["message"], "the handler's fault", "{panic}");
    assert!(panic["metadata"]["location"].as_str().unwrap().contains("install.rs"), "{panic}");
    assert_eq!(panic["metadata"]["thread"], std::thread::current().name().unwrap(), "{panic}");
    assert_eq!(panic["requestId"], access["requestId"]);

    // Outside of any request nothing is booked.
    catch_unwind(|| panic!("nobody's {}", "fault")).unwrap_err();
    assert_eq!(HOOKED.load(Ordering::Relaxed), 2);
    assert_eq!(telemetry.metrics().text().matches("outcome=\"panic\"} 1").count(), 1);
    // Written before the hook was left.
    let [panic] = <[Value; 1]>::try_from(lines.written()).unwrap();
    assert_eq!((&panic["message"], panic.get("requestId")), (&"nobody's fault".into(), None));
}

/// A panic within a value costs its line the value, and is not the request's.
async fn panics_of_values(telemetry: &Telemetry, lines: &Lines) {
    let service = telemetry.layer().layer(service_fn(fails));
    drop(service.oneshot(Request::new(String::new())).await.unwrap());
    let written = lines.take(telemetry);
    let told = |message: &str| {
        let line = written.iter().find(|line| line["message"] == message);
        line.unwrap_or_else(|| panic!("{message} in {written:?}"))
    };
    assert_eq!((written.len(), &told("not me")["target"]), (3, &"panic".into()));
    assert_eq!(told("asked")["metadata"]["who"], "<panicked>");
    let access = written.iter().find(|line| line["target"] == "obskit::access").unwrap();
    assert_eq!(access["metadata"]["outcome"], "server_error", "{access}");
}

fn records_of_log(telemetry: &Telemetry, lines: &Lines) {
    log::info!(target: "old::crate", "of {}", "old");
    log::warn!(target: "quiet", "not wanted");
    log::debug!(target: "old::crate", "not wanted");
    let [line] = <[Value; 1]>::try_from(lines.take(telemetry)).unwrap();
    assert_eq!((&line["target"], &line["level"]), (&"old::crate".into(), &"info".into()));
    assert_eq!((&line["message"], line.get("metadata")), (&"of old".into(), None), "{line}");
    assert_eq!(log::max_level(), log::LevelFilter::Info);
    // L8: one record floods, and another of its target passes.
    (0..300).for_each(|_| log::warn!(target: "old::crate", "again"));
    log::warn!(target: "old::crate", "once");
    let written = lines.take(telemetry);
    let count = |message: &str| written.iter().filter(|line| line["message"] == message).count();
    assert!(count("again") < 300, "{}", count("again"));
    assert_eq!(count("once"), 1);
}

fn nested(telemetry: &Telemetry, lines: &Lines) {
    info!(who = ?Talkative, "around");
    let written = lines.take(telemetry);
    let told: Vec<_> =
        written.iter().map(|line| (&line["message"], &line["metadata"]["who"])).collect();
    let (nested, around) =
        (("nested".into(), "within".into()), ("around".into(), "talkative".into()));
    let found = |(message, who): &(Value, Value)| told.contains(&(message, who));
    assert!(told.len() == 2 && found(&nested) && found(&around), "{told:?}");

    info!(who = ?Endless, "around");
    assert_eq!(lines.take(telemetry).len(), 4);
    let text = telemetry.metrics().text();
    assert!(text.contains("obskit_dropped_total{signal=\"log\",reason=\"refused\"} 1"), "{text}");
}

/// What functions record in no request and no scope is the installed telemetry's.
async fn outside_of_requests(telemetry: &Telemetry) {
    let other = Telemetry::build(settings::local()).unwrap();
    outside().await;
    other.scope(outside()).await;
    for (telemetry, calls) in [(telemetry, 1), (&other, 1)] {
        let labels = ["handler=\"outside\"", "outcome=\"success\""];
        assert_eq!(count(telemetry, "handler_calls_total", &labels), calls);
    }
}

/// What the doctor finds wrong is logged once a service has started.
async fn examined_after_the_start(telemetry: &Telemetry, lines: &Lines) {
    telemetry.levels().set("info").unwrap();
    telemetry.serve_admin().await.unwrap();
    let mut told = Vec::new();
    wait_until("what was found", Duration::from_secs(20), async || {
        let found = lines.take(telemetry).into_iter();
        told.extend(found.filter(|line| line["target"] == "obskit::doctor"));
        told.get(2).map(|_| ()).ok_or(format!("{told:?}"))
    })
    .await;
    // What is fine is not told, and the process's subscriber is.
    let checks: Vec<_> = told.iter().map(|line| &line["metadata"]["check"]).collect();
    assert_eq!(checks, ["service_name", "settings", "losses"], "{told:?}");
    let settings = &told[1];
    assert_eq!(settings["level"], "warn");
    assert!(settings["message"].as_str().unwrap().contains("OTEL_TRACES_SAMPLER"), "{settings}");
    assert!(settings["metadata"]["hint"].is_string(), "{settings}");
}

/// Tasks and threads need no scope, and their lines come out where all others do.
async fn on_other_threads(telemetry: &Telemetry, lines: &Lines) {
    tokio::spawn(swept()).await.unwrap();
    std::thread::spawn(looked_up).join().unwrap();
    assert_eq!(count(telemetry, "job_runs_total", &["outcome=\"success\""]), 1);
    let failed = count(telemetry, "dependency_requests_total", &["outcome=\"server_error\""]);
    assert_eq!(failed, 2);
    let written = lines.take(telemetry);
    let told = |message: &str| written.iter().filter(|line| line["message"] == message).count();
    let found = ["sweeping", "sweep ended", "store looked_up failed"].map(told);
    assert_eq!(found, [1, 1, 2], "{written:?}");
}

/// L11: alone with its filter, what is below the level is not made.
fn levels(telemetry: &Telemetry, lines: &Lines) {
    let seen = || [enabled!(Level::ERROR), enabled!(Level::DEBUG)];
    assert_eq!(seen(), [true, false]);
    telemetry.levels().set("debug").unwrap();
    assert_eq!(seen(), [true, true]);
    debug!("seen");
    log::debug!("seen, too");
    telemetry.levels().set("off").unwrap();
    assert_eq!((seen(), log::max_level()), ([false, false], log::LevelFilter::Off));
    // The changes are told, too.
    let written = lines.take(telemetry);
    let seen = written.iter().filter(|line| line["target"] != "obskit::log").count();
    assert_eq!(seen, 2, "{written:?}");
}
