//! The bundled exporter as a running process.

use crate::child::OwnedChild;
use crate::tools;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

const START: Duration = Duration::from_secs(30);
const STOP: Duration = Duration::from_secs(30);

/// How it is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// As `cargo run` does.
    Debug,
    /// As it would be deployed.
    Release,
}

/// `examples/exporter` on free ports, killed on drop.
#[derive(Debug)]
pub struct Exporter {
    process: OwnedChild,
    /// Where the service answers, without a trailing slash.
    pub service: String,
    /// The exposition.
    pub metrics: String,
}

impl Exporter {
    /// Builds the example as a user would, and starts it with `traffic` requests a second.
    pub async fn start(traffic: u32) -> Self {
        Self::start_with(traffic, &[]).await
    }

    /// The same of another build.
    pub async fn start_as(profile: Profile, traffic: u32) -> Self {
        Self::spawn(arguments(build(profile), traffic), &[], Stdio::null()).await
    }

    /// Without traffic of its own, and with another one that it asks for tips.
    pub async fn start_with_coach(coach: &Self, variables: &[(&str, &str)]) -> Self {
        let mut command = arguments(build(Profile::Debug), 0);
        command.args(["--coach", &coach.service]);
        Self::spawn(command, variables, Stdio::null()).await
    }

    /// The same with variables set.
    pub async fn start_with(traffic: u32, variables: &[(&str, &str)]) -> Self {
        Self::start_into(traffic, variables, Stdio::null()).await
    }

    /// The same with somewhere for its lines to go.
    pub async fn start_into(traffic: u32, variables: &[(&str, &str)], stdout: Stdio) -> Self {
        Self::spawn(arguments(build(Profile::Debug), traffic), variables, stdout).await
    }

    /// What its doctor says with variables set.
    pub fn examine(variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(build(Profile::Debug));
        command.arg("doctor").envs(variables.iter().copied()).output().unwrap()
    }

    async fn spawn(mut command: Command, variables: &[(&str, &str)], stdout: Stdio) -> Self {
        command.envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped());
        let mut process = OwnedChild::spawn(&mut command);
        let mut lines = lines_of(process.get_mut().stderr.take().unwrap());
        let service = announced(&mut lines, "service").await;
        let metrics = announced(&mut lines, "metrics").await;
        Self { process, service, metrics }
    }

    /// The `host:port` of the exposition.
    pub fn target(&self) -> &str {
        self.metrics.trim_start_matches("http://").trim_end_matches("/metrics")
    }

    /// Asks it to end, by SIGTERM.
    pub fn ask_to_leave(&self) {
        self.process.signal("TERM");
    }

    /// Waits for its end and says how that was.
    pub async fn end(mut self) -> ExitStatus {
        self.process.end(STOP).await
    }

    /// Ends it by SIGTERM and says how it ended.
    pub async fn stop(mut self) -> ExitStatus {
        self.process.terminate(STOP).await
    }
}

fn arguments(program: &Path, traffic: u32) -> Command {
    let mut command = Command::new(program);
    command.args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]);
    command.args(["--traffic", &traffic.to_string()]);
    command
}

/// Builds the example once in a process and answers its path.
fn build(profile: Profile) -> &'static Path {
    static BUILT: [OnceLock<PathBuf>; 2] = [const { OnceLock::new() }; 2];
    let (built, flag) = match profile {
        Profile::Debug => (&BUILT[0], None),
        Profile::Release => (&BUILT[1], Some("--release")),
    };
    built.get_or_init(|| {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--example", "exporter", "--message-format", "json"])
            .args(flag)
            .current_dir(tools::root())
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        assert!(output.status.success(), "cargo build --example exporter: {}", output.status);
        let messages = String::from_utf8(output.stdout).unwrap();
        messages.lines().find_map(executable).expect("cargo names the executable")
    })
}

fn executable(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let is_exporter = message["target"]["name"] == "exporter";
    message["executable"].as_str().filter(|_| is_exporter).map(PathBuf::from)
}

/// The lines of a pipe, read on a thread to its end so that the writer never blocks.
fn lines_of(pipe: impl std::io::Read + Send + 'static) -> UnboundedReceiver<String> {
    let (sender, receiver) = unbounded_channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            // The receiver goes once both addresses are known; reading on is what matters.
            let _ = sender.send(line);
        }
    });
    receiver
}

/// The URL of the line `NAME URL`.
async fn announced(lines: &mut UnboundedReceiver<String>, name: &str) -> String {
    let mut seen = String::new();
    let found = timeout(START, async {
        while let Some(line) = lines.recv().await {
            let mut words = line.split_whitespace();
            if words.next() == Some(name) {
                return words.next().map(str::to_owned);
            }
            seen.push_str(&line);
            seen.push('\n');
        }
        None
    });
    let found = found.await.ok().flatten();
    found.unwrap_or_else(|| panic!("the exporter announced no {name}, but said:\n{seen}"))
}
