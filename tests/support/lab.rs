//! A telemetry whose lines a test reads.

use http::{Request, Response};
use obskit::Telemetry;
use obskit::config::Config;
use serde_json::Value;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock, Mutex};
use tower::{Layer, ServiceExt, service_fn};
use tracing::Dispatch;
use tracing::dispatcher::{self, DefaultGuard};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

use crate::lines::Lines;
use crate::samples::count;
use crate::settings;

/// The telemetry, the subscriber that its layer is in, and the lines that come out.
pub struct Lab {
    pub telemetry: Telemetry,
    dispatch: Dispatch,
    lines: Lines,
}

impl Lab {
    pub fn new(set: impl FnOnce(&mut Config)) -> Self {
        let lines = Lines::default();
        let mut config = settings::local();
        config.metrics.collect_process = false;
        config.metrics.collect_runtime = false;
        config.logs.output = lines.output();
        set(&mut config);
        let telemetry = Telemetry::build(config).unwrap();
        let layer = telemetry.tracing_layer().unwrap();
        let dispatch = dispatch(tracing_subscriber::registry().with(layer));
        Self { telemetry, dispatch, lines }
    }

    /// Runs `work` where the telemetry takes its events.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        dispatcher::with_default(&self.dispatch, work)
    }

    /// The same until the guard is dropped, on this thread.
    pub fn enter(&self) -> DefaultGuard {
        dispatcher::set_default(&self.dispatch)
    }

    /// The lines that were written since this was asked last.
    pub fn lines(&self) -> Vec<Value> {
        self.lines.take(&self.telemetry)
    }

    /// The same as they were written.
    pub fn bytes(&self) -> Vec<u8> {
        self.lines.take_bytes(&self.telemetry)
    }

    /// The same of those that are there, without waiting for more.
    pub fn written(&self) -> Vec<Value> {
        self.lines.written()
    }

    /// Where the lines are, for when the lab is gone.
    pub fn shared_lines(&self) -> Lines {
        self.lines.clone()
    }

    /// Serves a request by `handler`, and answers what that does.
    pub async fn call<F: Future>(&self, handler: impl FnOnce() -> F) -> F::Output {
        let answer = Arc::new(Mutex::new(None));
        let mut handler = Some(handler);
        let serve = |_: Request<String>| {
            let (work, answer) = (handler.take().unwrap()(), Arc::clone(&answer));
            async move {
                let answered = work.await;
                *answer.lock().unwrap() = Some(answered);
                Ok::<_, Infallible>(Response::new(String::new()))
            }
        };
        let service = self.telemetry.layer().layer(service_fn(serve));
        drop(service.oneshot(Request::new(String::new())).await.unwrap());
        answer.lock().unwrap().take().unwrap()
    }

    /// The same by a handler that does not wait.
    pub async fn request<T>(&self, handler: impl FnOnce() -> T) -> T {
        self.call(|| async { handler() }).await
    }

    /// The lines up to the end of the telemetry.
    pub fn end(self) -> Vec<Value> {
        drop((self.telemetry, self.dispatch));
        self.lines.written()
    }

    /// What a counter of lost log lines has come to.
    pub fn dropped(&self, reason: &str) -> u64 {
        let labels = [r#"signal="log""#, &format!(r#"reason="{reason}""#)];
        count(&self.telemetry, "obskit_dropped_total", &labels) as u64
    }

    /// How many events of a level were counted.
    pub fn counted(&self, level: &str) -> usize {
        count(&self.telemetry, "log_events_total", &[&format!(r#"level="{level}""#)])
    }
}

/// A subscriber for one test among others. While no second one lives `tracing` lets the thread that
/// meets a callsite first decide for all of them, and that thread may have none.
pub fn dispatch(subscriber: impl Into<Dispatch>) -> Dispatch {
    static SECOND: LazyLock<Dispatch> =
        LazyLock::new(|| Dispatch::new(tracing_subscriber::registry().with(LevelFilter::OFF)));
    LazyLock::force(&SECOND);
    subscriber.into()
}

/// A member that is a text.
#[track_caller]
pub fn field<'a>(line: &'a Value, name: &str) -> &'a str {
    line[name].as_str().unwrap_or_else(|| panic!("{name} in {line}"))
}
