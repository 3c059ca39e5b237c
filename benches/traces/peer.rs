//! The same by tracing-opentelemetry: a middleware that opens the server's span as its users
//! write it, and an exporter that takes everything.

use std::sync::OnceLock;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanData, SpanExporter};
use tracing::field::Empty;
use tracing::{Dispatch, Instrument, info_span};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

use super::{Fate, under};

/// Takes spans to nowhere.
#[derive(Debug)]
struct Nowhere;

impl SpanExporter for Nowhere {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

/// So many requests through `app`, each with its span.
pub(super) fn serve(fate: Fate, app: Router, times: u64) {
    static RUNNING: [OnceLock<Dispatch>; 3] = [const { OnceLock::new() }; 3];
    let Some(running) = RUNNING.get(fate as usize) else { return };
    under(running.get_or_init(|| start(fate)), app.layer(from_fn(spanned)), times);
}

fn start(fate: Fate) -> Dispatch {
    let sampler = match fate {
        Fate::Off => return Dispatch::none(),
        Fate::Unsampled => Sampler::AlwaysOff,
        Fate::Sampled => Sampler::AlwaysOn,
    };
    let provider = SdkTracerProvider::builder()
        .with_sampler(Sampler::ParentBased(Box::new(sampler)))
        .with_batch_exporter(Nowhere)
        .build();
    let tracer = provider.tracer("bench");
    // It stops when it is dropped.
    std::mem::forget(provider);
    Dispatch::new(registry().with(tracing_opentelemetry::layer().with_tracer(tracer)))
}

async fn spanned(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let method = request.method().as_str();
    let span = info_span!(
        "request",
        otel.name = format!("{method} {route}"),
        otel.kind = "server",
        http.request.method = method,
        http.route = route,
        url.scheme = "http",
        network.protocol.version = "1.1",
        http.response.status_code = Empty,
    );
    let response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", response.status().as_u16());
    response
}
