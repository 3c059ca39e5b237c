//! A real Prometheus server with one target.

use crate::http;
use crate::server::{Server, Start};
use crate::wait::wait_until;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Prometheus starts to scrape some 5 s after it is ready.
const FIRST_DATA: Duration = Duration::from_mins(1);

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
    server: Server,
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
        let start = Start {
            name: "Prometheus",
            ready: "/-/ready",
            taken: "address already in use",
            command: &|port, folder| command(port, folder, target, features),
        };
        Self { server: Server::start(&start).await }
    }

    /// Where it answers, without a trailing slash.
    pub fn url(&self) -> &str {
        self.server.url()
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
        let url = format!("{}/api/v1/{endpoint}?{}", self.url(), http::query(parameters));
        let mut answer = http::try_get(&url, &[]).await?.json();
        if answer["status"] == "success" {
            return Ok(answer["data"].take());
        }
        Err(answer["error"].as_str().unwrap_or("no error text").to_owned())
    }
}

fn command(port: u16, folder: &Path, target: &str, features: Features) -> Command {
    let config = folder.join("prometheus.yml");
    fs::write(&config, configuration(target)).unwrap();
    let mut command = Command::new("prometheus");
    command
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg(format!("--enable-feature={}", flags(features)));
    command
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
