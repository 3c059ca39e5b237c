//! A Sentry that answers as it is told. What it is sent is read by rules of its own, which are
//! those of <https://develop.sentry.dev/sdk/data-model/envelopes/>, and strictly.
//!
//! It has a thread of its own, so that a test may block its own meanwhile.

mod answer;
mod read;
mod serve;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use obskit::config::Config;
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_rustls::rustls::ServerConfig;

use crate::wait::wait_until;

pub use answer::Answer;

/// Stops when it is dropped.
#[derive(Debug)]
pub struct Sentry {
    addr: SocketAddr,
    is_tls: bool,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What it was sent, and what it answers.
#[derive(Debug, Default)]
struct State(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    script: VecDeque<Answer>,
    /// When the script is over.
    always: Answer,
    envelopes: Vec<Envelope>,
}

/// A request, whatever it was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// As `/api/42/envelope/`.
    pub path: String,
    /// Of the request.
    pub headers: BTreeMap<String, String>,
    /// The first line.
    pub header: Value,
    pub items: Vec<Item>,
    /// All of it as one text, to look for what must not stand in it.
    pub text: String,
    /// Whether it was answered that it was taken.
    pub is_taken: bool,
    pub at: Instant,
}

/// One item of an envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// As `event`.
    pub kind: String,
    pub header: Value,
    /// JSON, as all that obskit sends is.
    pub payload: Value,
}

const PATIENCE: Duration = Duration::from_secs(20);
/// In the DSN.
pub const KEY: &str = "5e7f00d5e7f00d5e7f00d5e7f00d5e7f";
pub const PROJECT: &str = "42";

impl Sentry {
    /// Listens on a port of its own and takes everything, until told otherwise.
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    /// The same on an address where another has ended, perhaps.
    pub async fn start_at(addr: SocketAddr) -> Self {
        Self::serve(addr, None).await
    }

    /// The same over TLS.
    pub async fn start_tls(config: ServerConfig) -> Self {
        Self::serve("127.0.0.1:0".parse().unwrap(), Some(config)).await
    }

    async fn serve(addr: SocketAddr, tls: Option<ServerConfig>) -> Self {
        let is_tls = tls.is_some();
        let state = Arc::new(State::default());
        let (stop, stopping) = oneshot::channel();
        let (bound, listening) = oneshot::channel();
        let shared = Arc::clone(&state);
        let thread = std::thread::spawn(move || {
            let server = serve::Server { addr, tls, state: shared };
            server.run(bound, stopping);
        });
        let addr = listening.await.expect("Sentry listens");
        Self { addr, is_tls, state, stop: Some(stop), thread: Some(thread) }
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// As in `SENTRY_DSN`.
    pub fn dsn(&self) -> String {
        let Self { addr, is_tls, .. } = self;
        if *is_tls {
            format!("https://{KEY}@localhost:{}/{PROJECT}", addr.port())
        } else {
            format!("http://{KEY}@{addr}/{PROJECT}")
        }
    }

    /// Has reports sent here, and nothing beside them: neither transactions nor sessions.
    pub fn config(&self, config: &mut Config) {
        config.reports.dsn = Some(self.dsn().parse().unwrap());
        config.reports.traces_sample_rate = 0.0;
        config.reports.sessions = false;
    }

    /// What the next envelopes are answered, one after the other.
    pub fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.lock().script.extend(answers);
    }

    /// What every envelope is answered that no script is left for.
    pub fn always(&self, answer: Answer) {
        self.state.lock().always = answer;
    }

    /// Every envelope there was, whatever it was answered. Flush before.
    pub fn envelopes(&self) -> Vec<Envelope> {
        self.state.lock().envelopes.clone()
    }

    /// Waits until there were so many envelopes, or more.
    pub async fn wait_for_envelopes(&self, count: usize) -> Vec<Envelope> {
        wait_until(&format!("{count} envelopes"), PATIENCE, async || {
            let envelopes = self.envelopes();
            if envelopes.len() >= count { Ok(envelopes) } else { Err(envelopes.len()) }
        })
        .await
    }

    /// The payloads of that kind that were taken, in the order in which they came. Flush before.
    pub fn items(&self, kind: &str) -> Vec<Value> {
        let taken = self.envelopes().into_iter().filter(|envelope| envelope.is_taken);
        let items = taken.flat_map(|envelope| envelope.items);
        items.filter(|item| item.kind == kind).map(|item| item.payload).collect()
    }

    /// The events that were taken. Flush before.
    pub fn events(&self) -> Vec<Value> {
        self.items("event")
    }

    /// The only event that was taken. Flush before.
    pub fn event(&self) -> Value {
        let mut events = self.events();
        assert_eq!(events.len(), 1, "{events:#?}");
        events.remove(0)
    }

    /// The transactions that were taken. Flush before.
    pub fn transactions(&self) -> Vec<Value> {
        self.items("transaction")
    }

    /// Waits until so many events were taken, and no more.
    pub async fn wait_for(&self, count: usize) -> Vec<Value> {
        self.wait_for_items("event", count).await
    }

    /// The same of items of another kind.
    pub async fn wait_for_items(&self, kind: &str, count: usize) -> Vec<Value> {
        let items = wait_until(&format!("{count} of {kind}"), PATIENCE, async || {
            let items = self.items(kind);
            if items.len() >= count { Ok(items) } else { Err(items.len()) }
        })
        .await;
        assert_eq!(items.len(), count, "{items:#?}");
        items
    }

    /// What it was told of as not sent, all together, as `error/queue_overflow`.
    pub fn discarded(&self) -> BTreeMap<String, u64> {
        let mut discarded = BTreeMap::new();
        for report in self.items("client_report") {
            assert!(report["timestamp"].is_number() || report["timestamp"].is_string());
            for entry in report["discarded_events"].as_array().expect("a list") {
                let text = |name: &str| entry[name].as_str().expect("a text").to_owned();
                let kind = format!("{}/{}", text("category"), text("reason"));
                *discarded.entry(kind).or_default() += entry["quantity"].as_u64().unwrap();
            }
        }
        discarded
    }

    /// Whether that text stands anywhere in what it was sent, headers included.
    pub fn has_seen(&self, text: &str) -> bool {
        self.envelopes().iter().any(|envelope| {
            envelope.text.contains(text)
                || envelope.path.contains(text)
                || envelope.headers.values().any(|value| value.contains(text))
        })
    }
}

impl Envelope {
    /// The payload of its only item of that kind.
    pub fn item(&self, kind: &str) -> &Value {
        let mut found = self.items.iter().filter(|item| item.kind == kind);
        match (found.next(), found.next()) {
            (Some(item), None) => &item.payload,
            _ => panic!("not one item is a {kind}: {self:#?}"),
        }
    }

    /// The kinds of its items.
    pub fn kinds(&self) -> Vec<&str> {
        self.items.iter().map(|item| &*item.kind).collect()
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }
}

impl Drop for Sentry {
    fn drop(&mut self) {
        drop(self.stop.take());
        let thread = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            thread.expect("there was a thread").expect("Sentry did not panic");
        }
    }
}
