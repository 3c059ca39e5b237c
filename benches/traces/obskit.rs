//! Traces by obskit, and nothing else that a subscriber is for.

use std::sync::OnceLock;
use std::time::Duration;

use axum::Router;
use obskit::Telemetry;
use obskit::config::{Config, Exporter, RootSampler, Sampler};
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use super::{Fate, sink, under};
use crate::http;

type Running = (Telemetry, Dispatch);

/// So many requests through `app`, observed.
pub(super) fn serve(fate: Fate, app: Router, times: u64) {
    static RUNNING: [OnceLock<Running>; 3] = [const { OnceLock::new() }; 3];
    let Some(running) = RUNNING.get(fate as usize) else { return };
    let (telemetry, subscriber) = running.get_or_init(|| start(fate));
    under(subscriber, app.layer(telemetry.layer()), times);
}

#[expect(clippy::unwrap_used, reason = "a bench has nobody to tell")]
fn start(fate: Fate) -> Running {
    let telemetry = Telemetry::build(config(fate)).unwrap();
    // As `obskit::init` puts them together.
    let (layer, levels) = (telemetry.tracing_layer().unwrap(), telemetry.levels().clone());
    (telemetry, Dispatch::new(registry().with(layer).with(levels)))
}

fn config(fate: Fate) -> Config {
    let mut config = http::config();
    config.logs.directives = Some("off".to_owned());
    config.logs.access.enabled = false;
    match fate {
        Fate::Off => config.traces.exporter = Exporter::None,
        Fate::Unsampled => {}
        Fate::Sampled => config.traces.sampler = Sampler::ParentBased(RootSampler::AlwaysOn),
    }
    let collector = sink::start().map(|address| format!("http://{address}/v1/traces"));
    config.traces.otlp.endpoint = collector.and_then(|url| url.parse().ok());
    // Enough for a whole round, were the exporter never to run.
    config.traces.batch.queue_size = 1 << 20;
    config.traces.batch.queue_bytes = 1 << 30;
    config.traces.batch.batch_size = 8_192;
    config.traces.batch.schedule_delay = Duration::from_millis(100);
    config
}
