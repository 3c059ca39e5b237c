//! A service that is ready while its checks pass, asked as its operator asks it.

use crate::http;
use crate::settings;
use crate::wait::wait_until;
use ::http::StatusCode;
use obskit::health::{Health, Latch};
use obskit::{Error, Telemetry};
use serde_json::Value;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(30);

/// Ends with this.
#[derive(Debug)]
pub struct Watched {
    telemetry: Telemetry,
    url: String,
}

impl Watched {
    /// A service with checks, and its operator's server on a free port of 127.0.0.1.
    pub async fn start(register: impl FnOnce(&Health) -> Result<(), Error>) -> Self {
        let mut config = settings::local();
        config.admin.addr = "127.0.0.1:0".parse().unwrap();
        let telemetry = Telemetry::build(config).unwrap();
        register(telemetry.health()).unwrap();
        let address = telemetry.serve_admin().await.unwrap();
        Self { telemetry, url: format!("http://{address}") }
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// Waits until a check is `pass` or `fail` at `/readyz?verbose`, and finds the same in
    /// `/metrics`. Answers why it fails. The service lives on all the while.
    pub async fn becomes(&self, check: &str, status: &str) -> String {
        let entry = wait_until(&format!("{check} to {status}"), PATIENCE, async || {
            assert_eq!(self.status("/livez").await, StatusCode::OK);
            let entry = self.entry(check).await;
            if entry["status"] == status { Ok(entry) } else { Err(entry) }
        })
        .await;
        let value = u8::from(status == "pass");
        let line = format!("health_check_status{{check=\"{check}\"}} {value}\n");
        wait_until(&line, PATIENCE, async || {
            let page = http::get(&self.url("/metrics")).await;
            if page.text().contains(&line) { Ok(()) } else { Err(page.text().to_owned()) }
        })
        .await;
        entry["output"].as_str().unwrap_or_default().to_owned()
    }

    /// Not ready until this is dropped.
    pub fn hold(&self) -> Latch {
        self.telemetry.latch()
    }

    /// How a path is answered.
    pub async fn status(&self, path: &str) -> StatusCode {
        http::get(&self.url(path)).await.status
    }

    /// What an operator reads of a check.
    pub async fn entry(&self, check: &str) -> Value {
        let page = http::get(&self.url("/readyz?verbose")).await;
        page.json()["checks"][check][0].take()
    }

    /// Ends it within 10 s.
    pub async fn stop(self) {
        self.telemetry.shutdown(Duration::from_secs(10)).await.unwrap();
    }
}
