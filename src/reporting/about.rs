//! Who is speaking: what everything sent to Sentry says of this program.

use std::borrow::Cow;

use sentry::protocol::{ClientSdkInfo, ClientSdkPackage, Context, Event};
use serde_json::{Map, Value};

use crate::config::{Config, Service};
use crate::context::TraceId;

use super::contexts;

/// The program, and where it runs. Made once for each telemetry.
#[derive(Debug)]
pub(crate) struct About {
    /// `name@version`, unless another is set.
    pub(crate) release: Option<String>,
    pub(crate) environment: Option<String>,
    pub(crate) server_name: Option<String>,
    key: String,
    sdk: ClientSdkInfo,
    contexts: sentry::protocol::Map<String, Context>,
}

/// What Sentry takes frames of this for: its own, or those that a compiler made.
pub(super) const PLATFORM: &str = "native";
const MAX_RELEASE_CHARS: usize = 200;
const MAX_ENVIRONMENT_CHARS: usize = 64;
/// What the server takes for no name of one.
const NO_RELEASES: [&str; 4] = ["", ".", "..", "latest"];
const NO_ENVIRONMENTS: [&str; 2] = ["", "none"];

impl About {
    pub(crate) fn new(config: &Config) -> Self {
        let (service, reports) = (&config.service, &config.reports);
        let release = reports.release.clone().or_else(|| release(service));
        let environment = reports.environment.as_ref().or(service.environment.as_ref());
        let server_name = reports.server_name.clone().or_else(contexts::host_name);
        let key = reports.dsn.as_ref().map(|dsn| dsn.public_key().expose().clone());
        let version = env!("CARGO_PKG_VERSION");
        let package = ClientSdkPackage { name: "cargo:obskit".into(), version: version.into() };
        Self {
            release: release.and_then(|text| allowed(&text, MAX_RELEASE_CHARS, &NO_RELEASES)),
            environment: environment
                .and_then(|text| allowed(text, MAX_ENVIRONMENT_CHARS, &NO_ENVIRONMENTS)),
            server_name,
            key: key.unwrap_or_default(),
            sdk: ClientSdkInfo {
                name: "obskit".into(),
                version: version.into(),
                integrations: Vec::new(),
                packages: vec![package],
            },
            contexts: contexts::of_process(service, config.clock.wall()),
        }
    }

    /// Says it in an event, where that does not say it yet.
    pub(crate) fn fill(&self, event: &mut Event<'static>) {
        let text = |text: &Option<String>| text.clone().map(Cow::Owned);
        event.release = event.release.take().or_else(|| text(&self.release));
        event.environment = event.environment.take().or_else(|| text(&self.environment));
        event.server_name = event.server_name.take().or_else(|| text(&self.server_name));
        event.sdk = Some(Cow::Owned(self.sdk.clone()));
        if event.platform == "other" {
            event.platform = PLATFORM.into();
        }
        contexts::fill(&mut event.contexts, &self.contexts);
    }

    /// The envelope's header `trace`: the dynamic sampling context, as
    /// <https://develop.sentry.dev/sdk/telemetry/traces/dynamic-sampling-context/> has it.
    pub(crate) fn trace_header(
        &self,
        trace: TraceId,
        transaction: Option<&str>,
        sampled: Option<Sampled>,
    ) -> Map<String, Value> {
        let mut header = Map::new();
        let mut set = |key: &str, value: String| header.insert(key.to_owned(), value.into());
        set("trace_id", trace.to_string());
        set("public_key", self.key.clone());
        for (key, text) in [("release", &self.release), ("environment", &self.environment)] {
            if let Some(text) = text {
                set(key, text.clone());
            }
        }
        if let Some(name) = transaction {
            set("transaction", name.to_owned());
        }
        if let Some(Sampled { is_sampled, rate }) = sampled {
            set("sampled", is_sampled.to_string());
            set("sample_rate", rate.to_string());
        }
        header
    }
}

/// What was decided of a trace's transactions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sampled {
    pub(crate) is_sampled: bool,
    pub(crate) rate: f64,
}

fn release(service: &Service) -> Option<String> {
    let version = service.version.as_ref()?;
    Some(format!("{}@{version}", service.name))
}

/// As the server takes it: it refuses line feeds and slashes, and some words.
fn allowed(text: &str, chars: usize, refused: &[&str]) -> Option<String> {
    let allowed = |c: char| if c.is_control() || matches!(c, '/' | '\\') { '-' } else { c };
    let text: String = text.trim().chars().take(chars).map(allowed).collect();
    let is_refused = refused.iter().any(|word| text.eq_ignore_ascii_case(word));
    (!is_refused).then_some(text)
}
