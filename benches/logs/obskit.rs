//! The line by obskit, within a request.

use std::cell::RefCell;
use std::convert::Infallible;
use std::hint::black_box;
use std::sync::OnceLock;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use obskit::Telemetry;
use obskit::config::{Config, LogFormat, LogOutput, LogWriter};
use tower::{Layer, ServiceExt, service_fn};
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use super::Logger;
use super::peers::Nowhere;
use crate::{attributes, http};

/// obskit, with the lines of requests and with what it limits and hides by default.
#[derive(Clone, Copy, Debug)]
pub struct Obskit;

static TELEMETRY: OnceLock<Telemetry> = OnceLock::new();

impl Logger for Obskit {
    const NAME: &'static str = "obskit";

    #[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
    fn subscriber() -> Dispatch {
        let telemetry = TELEMETRY.get_or_init(|| Telemetry::build(config()).unwrap());
        Dispatch::new(registry().with(telemetry.tracing_layer().unwrap()))
    }

    #[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
    fn install() {
        TELEMETRY.get_or_init(|| obskit::init(config()).unwrap());
    }

    #[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
    fn within(work: &mut dyn FnMut()) {
        let Some(telemetry) = TELEMETRY.get() else { return };
        let work = &RefCell::new(work);
        let service = telemetry.layer().layer(service_fn(async move |_: Request| {
            work.borrow_mut()();
            Ok::<_, Infallible>(Response::new(Body::empty()))
        }));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(service.oneshot(Request::new(Body::empty()))).unwrap();
    }
}

/// Requests through the router of [`http`], observed, in a span and with a line for each.
pub fn everything(times: u64) {
    super::under::<Obskit>(|| {
        if let Some(telemetry) = TELEMETRY.get() {
            http::serve(http::router().layer(telemetry.layer()), times);
        }
    });
}

/// A sync function with an attribute, whose span is one of a subscriber with lines.
pub fn attribute(times: u64) {
    super::under::<Obskit>(|| {
        Obskit::within(&mut || {
            for number in 0..times {
                black_box(attributes::plain(black_box(number)));
            }
        });
    });
}

fn config() -> Config {
    let mut config = http::config();
    config.logs.format = LogFormat::App;
    config.logs.output = LogOutput::Writer(LogWriter::new(Nowhere));
    // Enough for a whole round, were its writer never to run.
    config.logs.buffer = 256 << 20;
    config
}
