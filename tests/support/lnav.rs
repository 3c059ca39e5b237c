//! lnav, the log viewer, with the format that obskit brings for it.

use crate::tools;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// An lnav in a home of its own.
#[derive(Debug)]
pub struct Lnav {
    home: TempDir,
}

impl Lnav {
    /// Installs the format as a user does.
    pub fn install(format: &str) -> Self {
        let lnav = Self { home: TempDir::new().unwrap() };
        let output = lnav.run(&["-i"], &tools::root().join(format));
        assert!(output.status.success(), "{}", told(&output));
        lnav
    }

    /// The rows that a statement finds in a file.
    pub fn rows(&self, file: &Path, sql: &str) -> Vec<Value> {
        let statement = format!(";{sql}");
        let output = self.run(&["-n", "-c", &statement, "-c", ":write-json-to -"], file);
        let is_silent = output.status.success() && output.stderr.is_empty();
        assert!(is_silent, "{sql}: {}", told(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The lines as they are shown.
    pub fn shown(&self, file: &Path) -> String {
        let output = self.run(&["-n"], file);
        assert!(output.status.success() && output.stderr.is_empty(), "{}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn run(&self, args: &[&str], file: &Path) -> Output {
        let mut command = Command::new("lnav");
        command.args(args).arg(file).stdin(Stdio::null());
        command.env("HOME", self.home.path()).env_remove("XDG_CONFIG_HOME").env("TZ", "UTC");
        command.output().unwrap_or_else(|error| panic!("lnav: {error}: run tests/tools debian"))
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
