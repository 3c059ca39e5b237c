//! A Loki-compatible server: qryn, over chdb in place of a `ClickHouse` server.

use crate::child::OwnedChild;
use crate::http as client;
use crate::server::{Server, Start, log};
use crate::tools;
use crate::wait::wait_until;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// How long taken lines may need until they are found.
const FOUND: Duration = Duration::from_secs(30);
const HOUR: u64 = 3_600;
const JSON: [(&str, &str); 1] = [("content-type", "application/json")];
const NDJSON: [(&str, &str); 1] = [("content-type", "application/x-ndjson")];
/// More than any test sends.
const LIMIT: &str = "100000";

/// Both processes are killed on drop, what they keep is gone with them.
#[derive(Debug)]
pub struct Loki {
    server: Server,
    /// When what is pushed was written: the middle of the last hour, since qryn counts by hours of
    /// the clock. In Unix seconds.
    written: u64,
    _database: Database,
}

/// A running `tests/stack/clickhouse.py`.
#[derive(Debug)]
struct Database {
    port: u16,
    _process: OwnedChild,
    _folder: TempDir,
}

impl Loki {
    /// Starts both and waits until they are ready.
    pub async fn start() -> Self {
        let database = Database::start();
        let start = Start {
            name: "qryn",
            ready: "/ready",
            taken: "EADDRINUSE",
            command: &|port, _| qryn(port, database.port),
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let written = now.as_secs() / HOUR * HOUR - HOUR / 2;
        Self { server: Server::start(&start).await, written, _database: database }
    }

    /// Pushes lines as the stream `{app="…"}`, a microsecond between them, and waits until they
    /// are found.
    pub async fn push(&self, app: &str, lines: &[String]) {
        let at = |nth: usize| format!("{}{nth:06}000", self.written);
        let values: Vec<_> =
            lines.iter().enumerate().map(|(nth, line)| json!([at(nth), line])).collect();
        let body = json!({ "streams": [{ "stream": { "app": app }, "values": values }] });
        let url = format!("{}/loki/api/v1/push", self.server.url());
        let reply = client::send(Method::POST, &url, &JSON, &body.to_string()).await.unwrap();
        assert_eq!(reply.status, StatusCode::NO_CONTENT, "{reply:?}");
        self.found(&format!("{{app=\"{app}\"}}"), lines.len()).await;
    }

    /// Hands documents to Elasticsearch's `_bulk`, and answers them as they are kept once as many
    /// are found.
    pub async fn bulk(&self, index: &str, documents: &[String]) -> Vec<String> {
        let action = json!({ "index": { "_index": index } }).to_string();
        let lines = documents.iter().map(|document| format!("{action}\n{document}\n"));
        let url = format!("{}/_bulk", self.server.url());
        let body: String = lines.collect();
        let reply = client::send(Method::POST, &url, &NDJSON, &body).await.unwrap();
        assert_eq!((reply.status, &reply.json()["errors"]), (StatusCode::OK, &false.into()));
        self.found(&format!("{{_index=\"{index}\"}}"), documents.len()).await
    }

    /// The lines that a log query finds, in no order.
    pub async fn lines(&self, logql: &str) -> Result<Vec<String>, String> {
        let found = self.ask("query_range", logql).await?;
        let streams = found.iter().flat_map(|stream| stream["values"].as_array().unwrap());
        Ok(streams.map(|value| value[1].as_str().unwrap().to_owned()).collect())
    }

    /// The number of lines by `label` that a log query finds.
    pub async fn counts(&self, logql: &str, label: &str) -> Result<BTreeMap<String, u64>, String> {
        let logql = format!("sum by ({label}) (count_over_time({logql} [1h]))");
        let found = self.ask("query", &logql).await?;
        let count = |element: &Value| {
            let count = element["value"][1].as_str()?.parse().ok()?;
            Some((element["metric"][label].as_str()?.to_owned(), count))
        };
        let counts = found.iter().map(|element| count(element).ok_or(element));
        counts.collect::<Result<_, _>>().map_err(|element| format!("no count in {element}"))
    }

    async fn found(&self, logql: &str, number: usize) -> Vec<String> {
        wait_until(logql, FOUND, async || {
            let found = self.lines(logql).await?;
            if found.len() == number { Ok(found) } else { Err(format!("{} lines", found.len())) }
        })
        .await
    }

    async fn ask(&self, endpoint: &str, logql: &str) -> Result<Vec<Value>, String> {
        let at = |second: u64| format!("{second}000000000");
        let (start, end) = (at(self.written - HOUR), at(self.written + 2 * HOUR));
        // In the hour that what is pushed was written in.
        let time = at(self.written + HOUR / 4);
        let asked =
            [("query", logql), ("start", &start), ("end", &end), ("time", &time), ("limit", LIMIT)];
        let url = format!("{}/loki/api/v1/{endpoint}?{}", self.server.url(), client::query(&asked));
        let reply = client::try_get(&url, &[]).await?;
        if reply.status != StatusCode::OK {
            return Err(format!("{reply:?}"));
        }
        let found = reply.json()["data"]["result"].take();
        Ok(found.as_array().ok_or("no result")?.clone())
    }
}

impl Database {
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let mut process = OwnedChild::spawn(
            Command::new(tools::chdb())
                .arg(tools::root().join("tests/stack/clickhouse.py"))
                .arg(folder.path())
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(log(folder.path())),
        );
        let mut line = String::new();
        BufReader::new(process.get_mut().stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse();
        let said = std::fs::read_to_string(folder.path().join("log")).unwrap();
        let port = port.unwrap_or_else(|_| panic!("clickhouse.py told no port but:\n{said}"));
        Self { port, _process: process, _folder: folder }
    }
}

fn qryn(port: u16, database: u16) -> Command {
    let mut command = Command::new("node");
    command
        .arg(tools::qryn())
        .env("HOST", "127.0.0.1")
        .env("PORT", port.to_string())
        .env("CLICKHOUSE_SERVER", "127.0.0.1")
        .env("CLICKHOUSE_PORT", database.to_string())
        .env("CLICKHOUSE_AUTH", "default:")
        .env("CLICKHOUSE_DB", "qryn")
        .env("CLICKHOUSE_TSDB", "qryn");
    command
}
