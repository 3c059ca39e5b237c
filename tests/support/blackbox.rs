//! A real Prometheus blackbox exporter, which asks as operators have theirs ask.

use crate::http;
use crate::server::{Server, Start};
use std::fs;
use std::process::Command;

/// Killed on drop.
#[derive(Debug)]
pub struct Blackbox {
    server: Server,
}

/// How a target was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probed {
    pub succeeded: bool,
    pub status: u16,
    /// The body was not as the module wants it.
    pub body_differed: bool,
}

impl Blackbox {
    /// Starts it with these modules, each a name and what its `http` prober wants.
    pub async fn start(modules: &[(&str, &str)]) -> Self {
        let module = |(name, http): &(&str, &str)| {
            format!("  {name}: {{prober: http, timeout: 5s, http: {{{http}}}}}\n")
        };
        let modules: String = modules.iter().map(module).collect();
        let start = Start {
            name: "the blackbox exporter",
            ready: "/-/healthy",
            taken: "address already in use",
            command: &|port, folder| {
                let config = folder.join("blackbox.yml");
                fs::write(&config, format!("modules:\n{modules}")).unwrap();
                let mut command = Command::new("prometheus-blackbox-exporter");
                command.arg(format!("--config.file={}", config.display()));
                command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
                command
            },
        };
        Self { server: Server::start(&start).await }
    }

    /// Has `target` probed by a module.
    pub async fn probe(&self, module: &str, target: &str) -> Probed {
        let parameters = http::query(&[("module", module), ("target", target)]);
        let page = http::get(&format!("{}/probe?{parameters}", self.server.url())).await;
        let value = |name: &str| -> u16 {
            let mut lines = page.text().lines().filter_map(|line| line.split_once(' '));
            let found = lines.find(|(found, _)| *found == name);
            let (_, value) = found.unwrap_or_else(|| panic!("no {name}:\n{}", page.text()));
            value.parse().unwrap()
        };
        Probed {
            succeeded: value("probe_success") == 1,
            status: value("probe_http_status_code"),
            body_differed: value("probe_failed_due_to_regex") == 1,
        }
    }
}
