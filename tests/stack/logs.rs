//! The lines of the bundled exporter, as readers by others find them.

mod readers;
mod shipped;

use http::{Method, StatusCode};
use obskit_tests::exporter::Exporter;
use obskit_tests::http as client;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;
use tempfile::TempDir;

/// Of each kind of request.
const ROUNDS: usize = 12;
/// Requests in all.
const MOST: usize = 500;
const JSON: (&str, &str) = ("content-type", "application/json");

/// What an exporter wrote that was asked for what goes well and what does not, and has left.
struct Written {
    /// The requests, by their IDs.
    requests: BTreeMap<String, StatusCode>,
    lines: Vec<String>,
    file: PathBuf,
    _folder: TempDir,
}

impl Written {
    /// In a format, by its name in `LOG_FORMAT`.
    async fn in_format(format: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("exporter.log");
        let variables = [("LOG_FORMAT", format), ("RUST_LOG", "info,exporter=debug")];
        let stdout = File::create(&file).unwrap().into();
        let exporter = Exporter::start_into(0, &variables, stdout).await;
        let requests = ask(&exporter).await;
        assert!(exporter.stop().await.success());
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.ends_with('\n'), "the last line is cut");
        let lines = text.lines().map(str::to_owned).collect();
        Self { requests, lines, file, _folder: folder }
    }

    /// Every line as JSON.
    fn parsed(&self) -> Vec<Value> {
        let parse = |line: &String| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
        };
        self.lines.iter().map(parse).collect()
    }

    /// The number of lines by the text at a JSON pointer.
    fn counts(&self, pointer: &str) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for line in self.parsed() {
            let text = line.pointer(pointer).and_then(Value::as_str);
            let text = text.unwrap_or_else(|| panic!("no text at {pointer} in {line}"));
            *counts.entry(text.to_owned()).or_default() += 1;
        }
        counts
    }

    /// The lines that mention a request, in order of their text.
    fn of(&self, request: &str) -> Vec<String> {
        let lines = self.lines.iter().filter(|line| line.contains(request));
        let mut lines: Vec<_> = lines.cloned().collect();
        lines.sort();
        lines
    }
}

/// Requests that are answered, refused and failed, each with an ID that is part of no other.
async fn ask(exporter: &Exporter) -> BTreeMap<String, StatusCode> {
    let kinds = [
        (Method::GET, "/api/ppl/today", ""),
        (Method::GET, "/api/workouts/4711", ""),
        (Method::POST, "/api/workouts/7/complete", r#"{"day_type":"legs"}"#),
        (Method::POST, "/api/login", r#"{"user":"user-7"}"#),
    ];
    let mut asked = BTreeMap::new();
    for kind in kinds.iter().cycle().take(ROUNDS * kinds.len()) {
        send(exporter, kind, &mut asked).await;
    }
    // One in ten fails.
    while !asked.values().any(StatusCode::is_server_error) {
        send(exporter, &(Method::POST, "/api/sync", ""), &mut asked).await;
        assert!(asked.len() < MOST, "nothing fails");
    }
    asked
}

async fn send(
    exporter: &Exporter,
    (method, path, body): &(Method, &str, &str),
    asked: &mut BTreeMap<String, StatusCode>,
) {
    let id = format!("case-{:03}", asked.len());
    let url = format!("{}{path}", exporter.service);
    let headers = [("x-request-id", id.as_str()), JSON];
    let reply = client::send(method.clone(), &url, &headers, body).await.unwrap();
    asked.insert(id, reply.status);
}
