//! otelite, a receiver of OTLP that keeps what it gets in `SQLite`.

use crate::daemon::Daemon;
use crate::server::free_port;
use crate::wait::wait_until;
use crate::{http, tools};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const ARRIVAL: Duration = Duration::from_secs(30);
/// Answers rows as lists, once the database is there.
const SELECT: &str = "\
import json, sqlite3, sys
database = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)
print(json.dumps(database.execute(sys.argv[2]).fetchall()))";

/// Killed on drop, its data gone with it.
#[derive(Debug)]
pub struct Otelite {
    pub daemon: Daemon,
    /// The ports of gRPC and HTTP.
    ports: [u16; 2],
}

impl Otelite {
    /// Starts it on free ports and waits until it takes what it is sent.
    pub async fn start() -> Self {
        let mut otelite =
            Self { daemon: Daemon::new(server), ports: [(); 2].map(|()| free_port()) };
        otelite.start_again().await;
        otelite
    }

    /// Starts it once more with what it has kept, where it was killed.
    pub async fn start_again(&mut self) {
        let ports = self.ports.map(|port| port.to_string());
        let url = format!("http://{}/api/health", self.daemon.address());
        let is_up = async || http::try_get(&url, &[]).await.is_ok_and(|reply| reply.status == 200);
        self.daemon.start(&ports.each_ref().map(String::as_str), is_up).await;
    }

    /// Where it takes gRPC, uncompressed alone.
    pub fn grpc(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[0])
    }

    /// Where it takes HTTP, without a path.
    pub fn http(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[1])
    }

    /// The spans of a trace, as its page shows them, once there are so many.
    pub async fn trace(&self, id: &str, spans: usize) -> Vec<Value> {
        let url = format!("http://{}/api/traces/{id}", self.daemon.address());
        wait_until("a trace", ARRIVAL, async || {
            let mut trace = http::try_get(&url, &[]).await?.json();
            match trace["spans"].take() {
                Value::Array(found) if found.len() == spans => Ok(found),
                other => Err(format!("{other:#} in {trace}")),
            }
        })
        .await
    }

    /// What a statement finds in its tables `spans` and `logs`.
    pub fn rows(&self, sql: &str) -> Vec<Vec<Value>> {
        let mut command = Command::new(tools::python());
        command.args(["-c", SELECT]).arg(self.daemon.folder().join("data/otelite.db")).arg(sql);
        let output = command.stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "{sql}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// How many spans it has, none of them twice.
    pub fn spans(&self) -> u64 {
        self.rows("SELECT count(*) FROM spans")[0][0].as_u64().unwrap()
    }
}

fn server(port: u16, folder: &Path, more: &[&str]) -> Command {
    let [grpc, http] = more else { panic!("two ports, not {more:?}") };
    let mut command = Command::new(tools::otelite());
    command.args(["serve", "--addr", &format!("127.0.0.1:{port}")]);
    command.arg("--storage-path").arg(folder.join("data"));
    command.env("OTELITE_OTLP_GRPC_PORT", grpc).env("OTELITE_OTLP_HTTP_PORT", http);
    // It writes its settings there.
    command.env("HOME", folder).env_remove("XDG_CONFIG_HOME");
    command
}
