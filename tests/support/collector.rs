//! An OTLP receiver that answers as it is told: HTTP and gRPC on one port, plain and gzip.
//!
//! It has a thread of its own, so that a test may block its own meanwhile.

mod answer;
mod read;
mod serve;
mod told;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use obskit::config::{Config, Exporter, Protocol};
use serde_json::Value;
use tokio::sync::oneshot;
use tokio_rustls::rustls::ServerConfig;

use crate::wait::wait_until;

pub use answer::Answer;

/// Stops when it is dropped.
#[derive(Debug)]
pub struct Collector {
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
    exports: Vec<Export>,
    spans: Vec<Span>,
    records: Vec<LogRecord>,
}

/// A request, whatever it was answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// Its path: over HTTP `/v1/traces` and the like.
    pub path: String,
    /// The values of a repeated header are joined by a comma.
    pub headers: BTreeMap<String, String>,
    pub is_grpc: bool,
    /// What it carried.
    pub spans: usize,
    pub records: usize,
    /// The bytes of its body, as they were sent.
    pub bytes: usize,
    /// Whether it was answered that it was taken.
    pub is_taken: bool,
}

/// A span that was taken, as the protocol's definitions have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// In hexadecimal digits.
    pub trace_id: String,
    pub span_id: String,
    /// Empty where there is none.
    pub parent: String,
    pub name: String,
    /// `internal`, `server`, `client`, `producer`, `consumer` or `unspecified`.
    pub kind: &'static str,
    pub start: u64,
    pub end: u64,
    pub tracestate: String,
    pub flags: u32,
    pub attributes: Attributes,
    pub dropped_attributes: u32,
    pub events: Vec<Event>,
    pub dropped_events: u32,
    pub links: Vec<Link>,
    pub dropped_links: u32,
    /// `unset`, `ok` or `error`.
    pub status: &'static str,
    pub status_message: String,
    pub resource: Attributes,
    /// Name and version of its scope, as `obskit 0.1.0`.
    pub scope: String,
}

/// By their keys. A key that stands twice is a failure of the test.
pub type Attributes = BTreeMap<String, Value>;

#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub name: String,
    pub time: u64,
    pub attributes: Attributes,
    pub dropped_attributes: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    pub trace_id: String,
    pub span_id: String,
    pub tracestate: String,
    pub flags: u32,
    pub attributes: Attributes,
    pub dropped_attributes: u32,
}

/// A log record that was taken.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRecord {
    pub time: u64,
    pub observed: u64,
    pub severity: i32,
    pub severity_text: String,
    pub event_name: String,
    pub body: Value,
    pub attributes: Attributes,
    pub dropped_attributes: u32,
    pub flags: u32,
    /// In hexadecimal digits, empty where there is none.
    pub trace_id: String,
    pub span_id: String,
    pub resource: Attributes,
    pub scope: String,
}

const PATIENCE: Duration = Duration::from_secs(20);

impl Collector {
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
        let addr = listening.await.expect("the collector listens");
        Self { addr, is_tls, state, stop: Some(stop), thread: Some(thread) }
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// As in `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub fn url(&self) -> String {
        let Self { addr, is_tls, .. } = self;
        if *is_tls {
            format!("https://localhost:{}", addr.port())
        } else {
            format!("http://{addr}")
        }
    }

    /// Has spans sent here over HTTP, soon after they have ended.
    pub fn config(&self, config: &mut Config) {
        config.traces.exporter = Exporter::Otlp;
        config.traces.otlp.endpoint = Some(format!("{}/v1/traces", self.url()).parse().unwrap());
        config.logs.otlp.endpoint = Some(format!("{}/v1/logs", self.url()).parse().unwrap());
        config.traces.batch.schedule_delay = Duration::from_millis(20);
        config.logs.batch.schedule_delay = Duration::from_millis(20);
    }

    /// The same over gRPC.
    pub fn config_grpc(&self, config: &mut Config) {
        self.config(config);
        for otlp in [&mut config.traces.otlp, &mut config.logs.otlp] {
            otlp.protocol = Protocol::Grpc;
            otlp.endpoint = Some(self.url().parse().unwrap());
        }
    }

    /// By either.
    pub fn config_by(&self, is_grpc: bool, config: &mut Config) {
        if is_grpc {
            self.config_grpc(config);
        } else {
            self.config(config);
        }
    }

    /// What the next exports are answered, one after the other.
    pub fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.lock().script.extend(answers);
    }

    /// What every export is answered that no script is left for.
    pub fn always(&self, answer: Answer) {
        self.state.lock().always = answer;
    }

    /// The spans that were taken, in the order in which they came. Flush before.
    pub fn spans(&self) -> Vec<Span> {
        self.state.lock().spans.clone()
    }

    /// Waits until so many spans were taken, and no more.
    pub async fn wait_for_spans(&self, count: usize) -> Vec<Span> {
        let spans = wait_until(&format!("{count} spans"), PATIENCE, async || {
            let spans = self.spans();
            if spans.len() >= count { Ok(spans) } else { Err(spans.len()) }
        })
        .await;
        assert_eq!(spans.len(), count, "{spans:#?}");
        spans
    }

    /// How many different spans were taken: one that came twice counts once.
    pub fn count_distinct(&self) -> usize {
        let inner = self.state.lock();
        inner.spans.iter().map(|span| &span.span_id).collect::<BTreeSet<_>>().len()
    }

    /// The only span of that name.
    pub fn span(&self, name: &str) -> Span {
        let spans = self.spans();
        let mut named = spans.iter().filter(|span| span.name == name);
        match (named.next(), named.next()) {
            (Some(span), None) => span.clone(),
            _ => panic!("not one span is called {name}: {spans:#?}"),
        }
    }

    /// The log records that were taken.
    pub fn records(&self) -> Vec<LogRecord> {
        self.state.lock().records.clone()
    }

    /// Every export there was.
    pub fn exports(&self) -> Vec<Export> {
        self.state.lock().exports.clone()
    }

    /// Waits until there were so many exports.
    pub async fn wait_for_exports(&self, count: usize) -> Vec<Export> {
        wait_until(&format!("{count} exports"), PATIENCE, async || {
            let exports = self.exports();
            if exports.len() >= count { Ok(exports) } else { Err(exports.len()) }
        })
        .await
    }
}

impl Span {
    pub fn attribute(&self, key: &str) -> Option<&Value> {
        self.attributes.get(key)
    }
}

impl State {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        drop(self.stop.take());
        let thread = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            thread.expect("there was a thread").expect("the collector did not panic");
        }
    }
}
