//! A real `PostgreSQL`, and `pg_isready` beside it.

use crate::child::OwnedChild;
use crate::daemon::Daemon;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Its users may log in without a password, but for `locked`, which there is not.
const ACCESS: &str = "host all locked 127.0.0.1/32 scram-sha-256\n\
                      host all refused 127.0.0.1/32 reject\n\
                      host all all 127.0.0.1/32 trust\n\
                      local all all trust\n";

/// Killed on drop, its data gone with it.
#[derive(Debug)]
pub struct Postgres {
    pub daemon: Daemon,
}

impl Postgres {
    /// Makes a cluster, starts its server and waits until it takes connections.
    pub async fn start() -> Self {
        let mut postgres = Self { daemon: Daemon::new(server) };
        make_cluster(postgres.daemon.folder());
        postgres.start_again().await;
        postgres
    }

    /// The same with its data from before.
    pub async fn start_again(&mut self) {
        self.start_with(&[], 0).await;
    }

    /// The same with arguments; it is up when `pg_isready` ends with this code.
    pub async fn start_with(&mut self, more: &[&str], code: i32) {
        let port = self.daemon.port();
        self.daemon.start(more, async || is_ready(port) == code).await;
    }

    /// What `pg_isready` ends with: 0 takes connections, 1 refuses them, 2 does not answer.
    pub fn is_ready(&self) -> i32 {
        is_ready(self.daemon.port())
    }

    /// The path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.daemon.folder().join(format!(".s.PGSQL.{}", self.daemon.port()))
    }

    /// Makes it a standby that answers no queries, from its next start.
    pub fn become_standby(&self) {
        fs::write(data(self.daemon.folder()).join("standby.signal"), "").unwrap();
    }

    /// A session that lasts until it is dropped.
    pub fn session(&self) -> OwnedChild {
        let mut command = Command::new(program("psql"));
        command.args(["--no-psqlrc", "--quiet", "--host=127.0.0.1", "--username=postgres"]);
        command.arg(format!("--port={}", self.daemon.port())).stdin(Stdio::piped());
        OwnedChild::spawn(&mut command)
    }
}

fn is_ready(port: u16) -> i32 {
    let mut command = Command::new(program("pg_isready"));
    command.args(["--quiet", "--host=127.0.0.1", "--username=postgres", "--timeout=1"]);
    command.arg(format!("--port={port}")).status().unwrap().code().unwrap()
}

fn make_cluster(folder: &Path) {
    if is_root() {
        let user = |program: &str| Command::new(program).arg("postgres").arg(folder).status();
        assert!(user("chown").unwrap().success());
    }
    let mut command = unprivileged("initdb");
    command.args(["--auth=trust", "--username=postgres", "--no-sync", "--pgdata"]);
    let output = command.arg(data(folder)).output().unwrap();
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
    fs::write(data(folder).join("pg_hba.conf"), ACCESS).unwrap();
}

fn server(port: u16, folder: &Path, more: &[&str]) -> Command {
    let mut command = unprivileged("postgres");
    command.arg("-D").arg(data(folder)).arg("-k").arg(folder).arg("-p").arg(port.to_string());
    command.args(["-F", "-c", "listen_addresses=127.0.0.1"]).args(more);
    command
}

fn data(folder: &Path) -> PathBuf {
    folder.join("data")
}

/// As the user that Debian's package makes, where the tests run as root, which it refuses.
fn unprivileged(name: &str) -> Command {
    let program = program(name);
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
    command.current_dir("/");
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout.trim_ascii() == b"0"
}

/// The newest that is installed.
fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let programs = versions.map(|version| version.unwrap().path().join("bin").join(name));
    let newest = programs.filter(|path| path.exists()).max();
    newest.unwrap_or_else(|| panic!("{name} is missing: run tests/tools debian"))
}
