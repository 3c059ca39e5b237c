//! A real Prometheus server with one target.

use crate::child::OwnedChild;
use crate::http;
use crate::wait::wait_until;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Prometheus starts to scrape some 5 s after it is ready.
const FIRST_DATA: Duration = Duration::from_mins(1);
const READY: Duration = Duration::from_secs(30);

/// What the server asks for and keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Features {
    /// OpenMetrics text; exemplars are kept.
    Exemplars,
    /// Protobuf; exemplars and native histograms are kept.
    NativeHistograms,
}

/// Scrapes its target every second; killed on drop, its data gone with it.
#[derive(Debug)]
pub struct Prometheus {
    url: String,
    process: OwnedChild,
    folder: TempDir,
}

/// One element of an instant vector.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    pub labels: BTreeMap<String, String>,
    pub value: f64,
}

impl Prometheus {
    /// Starts a server that scrapes `target` (`host:port`) and waits until it is ready.
    pub async fn start(target: &str, features: Features) -> Self {
        for _ in 0..5 {
            let mut server = Self::spawn(target, features);
            if server.is_ready().await {
                return server;
            }
        }
        panic!("Prometheus found its port taken five times");
    }

    /// Where it answers, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The elements of an instant query, an empty list where there are none.
    pub async fn query(&self, promql: &str) -> Result<Vec<Element>, String> {
        let data = self.ask("query", &[("query", promql)]).await?;
        data["result"].as_array().ok_or("no vector")?.iter().map(element).collect()
    }

    /// Waits for an instant query to give elements that are all numbers.
    pub async fn data(&self, promql: &str) -> Vec<Element> {
        wait_until(promql, FIRST_DATA, async || match self.query(promql).await {
            Ok(found) if found.is_empty() => Err("an empty vector".to_owned()),
            Ok(found) if found.iter().all(|element| element.value.is_nan()) => {
                Err("NaN alone".to_owned())
            }
            answer => answer,
        })
        .await
    }

    /// The exemplars stored of the last hour, each by its labels.
    pub async fn exemplars(&self, selector: &str) -> Result<Vec<BTreeMap<String, String>>, String> {
        let now = unix_seconds();
        let (start, end) = ((now - 3600).to_string(), (now + 60).to_string());
        let range = [("query", selector), ("start", &start), ("end", &end)];
        let data = self.ask("query_exemplars", &range).await?;
        let series = data.as_array().ok_or("no list of series")?.iter();
        let exemplars = series.flat_map(|series| series["exemplars"].as_array().into_iter());
        exemplars.flatten().map(|exemplar| labels(&exemplar["labels"])).collect()
    }

    /// The one target: its health, last error and so on.
    pub async fn target(&self) -> Result<Value, String> {
        let data = self.ask("targets", &[("state", "active")]).await?;
        let mut targets = data["activeTargets"].as_array().ok_or("no list of targets")?.clone();
        targets.pop().ok_or_else(|| "no target yet".to_owned())
    }

    /// The type of a metric family as Prometheus understood it.
    pub async fn kind(&self, family: &str) -> Result<String, String> {
        let data = self.ask("targets/metadata", &[("metric", family)]).await?;
        let kind = data[0]["type"].as_str().ok_or_else(|| format!("nothing known of {family}"))?;
        Ok(kind.to_owned())
    }

    async fn ask(&self, endpoint: &str, parameters: &[(&str, &str)]) -> Result<Value, String> {
        let query: Vec<String> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        let url = format!("{}/api/v1/{endpoint}?{}", self.url, query.join("&"));
        let mut answer = http::try_get(&url, &[]).await?.json();
        if answer["status"] == "success" {
            return Ok(answer["data"].take());
        }
        Err(answer["error"].as_str().unwrap_or("no error text").to_owned())
    }

    fn spawn(target: &str, features: Features) -> Self {
        let folder = TempDir::new().unwrap();
        let config = folder.path().join("prometheus.yml");
        fs::write(&config, configuration(target)).unwrap();
        let address = free_address();
        let process = OwnedChild::spawn(
            Command::new("prometheus")
                .arg(format!("--config.file={}", config.display()))
                .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
                .arg(format!("--web.listen-address={address}"))
                .arg(format!("--enable-feature={}", flags(features)))
                .stdin(Stdio::null())
                .stdout(log(folder.path()))
                .stderr(log(folder.path())),
        );
        Self { url: format!("http://{address}"), process, folder }
    }

    /// False where it ended because its port was taken in the meantime.
    async fn is_ready(&mut self) -> bool {
        let url = format!("{}/-/ready", self.url);
        let (process, folder) = (&mut self.process, self.folder.path());
        wait_until("Prometheus to be ready", READY, async || {
            if process.exited().is_some() {
                let log = fs::read_to_string(folder.join("log")).unwrap();
                assert!(log.contains("address already in use"), "Prometheus ended:\n{log}");
                return Ok(false);
            }
            match http::try_get(&url, &[]).await {
                Ok(reply) if reply.status.is_success() => Ok(true),
                Ok(reply) => Err(format!("{reply:?}")),
                Err(error) => Err(error),
            }
        })
        .await
    }
}

fn flags(features: Features) -> &'static str {
    match features {
        Features::Exemplars => "exemplar-storage",
        Features::NativeHistograms => "exemplar-storage,native-histograms",
    }
}

fn configuration(target: &str) -> String {
    format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n\
         scrape_configs:\n\
         - job_name: exporter\n  \
           static_configs: [{{targets: ['{target}']}}]\n"
    )
}

/// A port that was free a moment ago; the server cannot tell its own.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

fn log(folder: &Path) -> File {
    File::options().create(true).append(true).open(folder.join("log")).unwrap()
}

fn element(found: &Value) -> Result<Element, String> {
    let value = found["value"][1].as_str().and_then(|text| text.parse().ok());
    let value = value.ok_or_else(|| format!("no number in {found}"))?;
    Ok(Element { labels: labels(&found["metric"])?, value })
}

fn labels(found: &Value) -> Result<BTreeMap<String, String>, String> {
    serde_json::from_value(found.clone()).map_err(|error| error.to_string())
}

fn unix_seconds() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}
