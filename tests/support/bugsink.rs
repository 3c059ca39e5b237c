//! Bugsink, which takes what Sentry takes and keeps what matches Sentry's schema.

use crate::daemon::Daemon;
use crate::wait::wait_until;
use crate::{http, tools};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Opens its project for events; it is no secret.
const KEY: &str = "62a19097e95549ef92b5e4713768a610";
/// Reads what it keeps.
const TOKEN: &str = "f3750429be8b97cdd09e6d2433a4cc3ed5bd791a";
const ARRIVAL: Duration = Duration::from_secs(30);

/// Killed on drop, its data gone with it.
#[derive(Debug)]
pub struct Bugsink {
    pub daemon: Daemon,
    /// Events that it takes in five minutes, in words of its command line.
    most: String,
}

/// An event.
#[derive(Clone, Debug)]
pub struct Kept {
    /// `calculated_type`, `calculated_value`, `transaction`, `stored_event_count` and so on.
    pub issue: Value,
    /// The event as it was sent.
    pub event: Value,
}

impl Bugsink {
    /// Starts it on a free port, where it takes as many events as a test sends.
    pub async fn start() -> Self {
        Self::start_with_most(100_000).await
    }

    /// The same with a number of events after which it answers 429 for a minute.
    pub async fn start_with_most(most: usize) -> Self {
        let mut bugsink = Self { daemon: Daemon::new(server), most: most.to_string() };
        let database = bugsink.daemon.folder().join("db.sqlite3");
        fs::copy(tools::bugsink_database(), database).unwrap();
        bugsink.start_again().await;
        bugsink
    }

    /// Starts it once more with what it has kept, where it was killed.
    pub async fn start_again(&mut self) {
        let url = format!("http://{}/health/ready", self.daemon.address());
        let is_up = async || http::try_get(&url, &[]).await.is_ok_and(|reply| reply.status == 200);
        self.daemon.start(&[&self.most], is_up).await;
    }

    pub fn dsn(&self) -> String {
        format!("http://{KEY}@{}/1", self.daemon.address())
    }

    /// The events that it has kept, of all issues, once there are so many.
    pub async fn events(&self, count: usize) -> Vec<Kept> {
        wait_until("the events", ARRIVAL, async || {
            let stored = self.stored().await?;
            if stored == count { Ok(()) } else { Err(format!("{stored}: {}", self.daemon.log())) }
        })
        .await;
        let mut events = Vec::new();
        for issue in self.issues().await.unwrap() {
            let of_issue = self.events_of(&issue).await;
            events.extend(of_issue.map(|event| Kept { issue: issue.clone(), event }));
        }
        events
    }

    /// How many events it has kept.
    pub async fn stored(&self) -> Result<usize, String> {
        let counts = self.issues().await?;
        let counts = counts.iter().map(|issue| issue["stored_event_count"].as_u64().unwrap());
        Ok(usize::try_from(counts.sum::<u64>()).unwrap())
    }

    /// The versions of the releases that it knows of.
    pub async fn releases(&self) -> Vec<String> {
        let releases = self.listed("releases/?project=1").await.unwrap();
        releases.iter().map(|release| release["version"].as_str().unwrap().to_owned()).collect()
    }

    async fn issues(&self) -> Result<Vec<Value>, String> {
        self.listed("issues/?project=1").await
    }

    async fn events_of(&self, issue: &Value) -> impl Iterator<Item = Value> {
        let listed = self.listed(&format!("events/?issue={}", text(&issue["id"]))).await.unwrap();
        let mut events = Vec::new();
        for event in listed {
            let mut event = self.get(&format!("events/{}/", text(&event["id"]))).await.unwrap();
            events.push(event["data"].take());
        }
        events.into_iter()
    }

    /// One page, which holds 250.
    async fn listed(&self, path: &str) -> Result<Vec<Value>, String> {
        let mut page = self.get(path).await?;
        assert!(page["next"].is_null(), "{path} has more pages");
        serde_json::from_value(page["results"].take()).map_err(|error| format!("{path}: {error}"))
    }

    async fn get(&self, path: &str) -> Result<Value, String> {
        let url = format!("http://{}/api/canonical/0/{path}", self.daemon.address());
        let token = format!("Bearer {TOKEN}");
        let reply = http::try_get(&url, &[("authorization", &token)]).await?;
        if reply.status == 200 { Ok(reply.json()) } else { Err(format!("{url}: {reply:?}")) }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn server(port: u16, folder: &Path, more: &[&str]) -> Command {
    let [most] = more else { panic!("one number, not {more:?}") };
    let mut command = Command::new(tools::sentry());
    command.arg(tools::root().join("tests/stack/bugsink_serve.py"));
    command.args([&port.to_string(), KEY, TOKEN]);
    command.env("BUGSINK_DIR", folder).env("BUGSINK_MAX", most);
    command.env("BUGSINK_URL", format!("http://127.0.0.1:{port}"));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}
