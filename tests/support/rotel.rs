//! rotel, an OpenTelemetry collector, and what it says that it was sent.

use crate::daemon::Daemon;
use crate::server::free_port;
use crate::{http, tools};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Killed on drop.
#[derive(Debug)]
pub struct Rotel {
    pub daemon: Daemon,
    /// The ports of gRPC and HTTP.
    ports: [u16; 2],
}

/// A span or a log record, everything as rotel prints it: `Str(workouts)`, `SPAN_KIND_SERVER`.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// `Trace ID`, `Parent ID`, `ID`, `Name`, `Kind`, `Status code`, `SeverityText`, `Body` …
    pub fields: BTreeMap<String, String>,
    pub attributes: BTreeMap<String, String>,
    pub resource: BTreeMap<String, String>,
    /// The names of a span's events.
    pub events: Vec<String>,
}

/// Reads what rotel has written, from its first line on.
struct Reader<'a> {
    /// How a line begins that tells of another one of what is looked for.
    kind: &'a str,
    found: Vec<Told>,
    resource: BTreeMap<String, String>,
    within: Within,
}

/// What the lines that follow belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Resource,
    Fields,
    Attributes,
    Events,
    /// A span, where log records are looked for, and the other way round.
    Other,
}

const KINDS: [&str; 2] = ["Span #", "LogRecord #"];
/// Where Jaeger and every other collector listen.
const DEFAULT_PORTS: [u16; 2] = [4317, 4318];

impl Rotel {
    /// Starts it on free ports and waits until it takes what it is sent.
    pub async fn start() -> Self {
        Self::start_on([(); 2].map(|()| free_port())).await
    }

    /// The same on the ports where every collector listens.
    pub async fn start_on_default_ports() -> Self {
        Self::start_on(DEFAULT_PORTS).await
    }

    async fn start_on(ports: [u16; 2]) -> Self {
        let mut rotel = Self { daemon: Daemon::new(server), ports };
        rotel.start_again().await;
        rotel
    }

    /// Starts it once more, where it was killed.
    pub async fn start_again(&mut self) {
        let [grpc, http] = self.ports.map(|port| format!("127.0.0.1:{port}"));
        let url = self.http();
        // It has no page there, and says so.
        self.daemon.start(&[&grpc, &http], async || http::try_get(&url, &[]).await.is_ok()).await;
    }

    /// Where it takes gRPC.
    pub fn grpc(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[0])
    }

    /// Where it takes HTTP, without a path.
    pub fn http(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[1])
    }

    /// The spans that it was sent, in their order, those twice that it was sent twice.
    pub fn spans(&self) -> Vec<Told> {
        self.told(KINDS[0])
    }

    /// The log records that it was sent.
    pub fn records(&self) -> Vec<Told> {
        self.told(KINDS[1])
    }

    fn told(&self, kind: &str) -> Vec<Told> {
        let log = fs::read(self.daemon.folder().join("log")).unwrap();
        read(&String::from_utf8(log).unwrap(), kind)
    }
}

impl Told {
    /// A field; empty where it has none.
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    /// A text among its attributes.
    pub fn text(&self, attribute: &str) -> Option<&str> {
        text(self.attributes.get(attribute)?)
    }

    /// A text of its resource.
    pub fn of_resource(&self, attribute: &str) -> Option<&str> {
        text(self.resource.get(attribute)?)
    }
}

fn text(value: &str) -> Option<&str> {
    value.strip_prefix("Str(")?.strip_suffix(')')
}

fn read(log: &str, kind: &str) -> Vec<Told> {
    let (found, resource) = (Vec::new(), BTreeMap::new());
    let mut reader = Reader { kind, found, resource, within: Within::Other };
    for line in log.lines() {
        match line.trim_start().strip_prefix("-> ").and_then(|entry| entry.split_once(": ")) {
            Some((name, value)) => reader.entry(name, value),
            None => reader.line(line),
        }
    }
    reader.found
}

impl Reader<'_> {
    fn line(&mut self, line: &str) {
        let is_of_kind = line.starts_with(self.kind);
        self.within = match line {
            "Resource attributes:" => Within::Resource,
            "Attributes:" if self.within != Within::Other => Within::Attributes,
            "Events:" if self.within != Within::Other => Within::Events,
            _ if is_of_kind => Within::Fields,
            _ if KINDS.iter().any(|kind| line.starts_with(kind)) => Within::Other,
            _ => self.within,
        };
        if line == "Resource attributes:" {
            self.resource.clear();
        } else if is_of_kind {
            self.found.push(Told { resource: self.resource.clone(), ..Told::default() });
        } else if let (Some((name, value)), Some(last)) =
            (line.split_once(':'), self.found.last_mut())
            && !matches!(self.within, Within::Other | Within::Resource)
        {
            last.fields.insert(name.trim().to_owned(), value.trim().to_owned());
        }
    }

    fn entry(&mut self, name: &str, value: &str) {
        let (name, value) = (name.to_owned(), value.to_owned());
        match (self.within, self.found.last_mut()) {
            (Within::Resource, _) => drop(self.resource.insert(name, value)),
            (Within::Attributes, Some(last)) => drop(last.attributes.insert(name, value)),
            (Within::Events, Some(last)) if name == "Name" => last.events.push(value),
            _ => {}
        }
    }
}

fn server(_port: u16, folder: &Path, more: &[&str]) -> Command {
    let [grpc, http] = more else { panic!("two addresses, not {more:?}") };
    let mut command = Command::new(tools::rotel());
    command.args(["start", "--exporter", "blackhole"]);
    command.arg("--pid-file").arg(folder.join("pid"));
    command.args(["--otlp-grpc-endpoint", grpc, "--otlp-http-endpoint", http]);
    command.args(["--debug-log", "traces", "--debug-log", "logs"]);
    command.args(["--debug-log-verbosity", "detailed"]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
ResourceSpans #0
Resource SchemaURL: 
Resource attributes:
     -> service.name: Str(workouts)
ScopeSpans #0
ScopeSpans SchemaURL: 
InstrumentationScope probe 
Span #0
    Trace ID       : 0b62a75746162f082a742c09b998e180
    Parent ID      : 
    ID             : d14cb98050e76ff4
    Name           : GET /a: b
    Status message : 
Attributes:
     -> http.route: Str(/a)
Events:
SpanEvent #0
     -> Name: exception
     -> Timestamp: 1795270165240571043
     -> Attributes::
          -> exception.type: Str(E)
ResourceLog #0
Resource attributes:
     -> service.name: Str(other)
ScopeLogs #0
LogRecord #0
Body: Str(hello log)
Attributes:
     -> k: Str(v)
    Trace ID       : 0b62a75746162f082a742c09b998e180
Span #1
    ID             : 9edc37a767c97429
";

    #[test]
    fn what_is_printed_is_read() {
        let spans = read(LOG, KINDS[0]);
        let [first, second] = spans.as_slice() else { panic!("{spans:?}") };
        assert_eq!((first.field("Name"), first.field("Parent ID")), ("GET /a: b", ""));
        assert_eq!(first.text("http.route"), Some("/a"));
        assert_eq!(
            (first.attributes.len(), first.events.as_slice()),
            (1, &["exception".into()][..])
        );
        assert_eq!(first.of_resource("service.name"), Some("workouts"));
        assert_eq!(second.field("ID"), "9edc37a767c97429");
        let records = read(LOG, KINDS[1]);
        let [record] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!((record.field("Body"), record.text("k")), ("Str(hello log)", Some("v")));
        assert_eq!(record.field("Trace ID"), "0b62a75746162f082a742c09b998e180");
        assert_eq!(record.of_resource("service.name"), Some("other"));
    }
}
