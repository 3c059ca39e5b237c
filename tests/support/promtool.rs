//! promtool, Prometheus' own judge.

use std::io::Write;
use std::process::{Command, Stdio};

/// `promtool check metrics` over a text exposition: what it says, which should be nothing.
pub fn check_metrics(exposition: &[u8]) -> Result<(), String> {
    let mut child = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("promtool: {error}: run tests/tools debian"));
    child.stdin.take().unwrap().write_all(exposition).unwrap();
    let output = child.wait_with_output().unwrap();
    if output.status.success() && output.stdout.is_empty() && output.stderr.is_empty() {
        return Ok(());
    }
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    Err(format!("promtool: {}\n{said}{complained}", output.status))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
