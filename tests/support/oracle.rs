//! The strict OpenMetrics parser of `prometheus_client` (Python) as judge of expositions: one
//! process for thousands of them.

use crate::child::OwnedChild;
use crate::tools;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

/// A running `tests/stack/openmetrics.py`.
#[derive(Debug)]
pub struct Oracle {
    expositions: ChildStdin,
    verdicts: BufReader<ChildStdout>,
    _process: OwnedChild,
}

/// The two text formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    OpenMetrics,
    Text004,
}

/// A metric family as the parser understood it.
#[derive(Debug, Deserialize)]
pub struct Family {
    pub name: String,
    /// `counter`, `gauge`, `histogram`, `info` and so on.
    pub kind: String,
    pub help: String,
    pub unit: String,
    pub samples: Vec<Sample>,
}

/// A sample as the parser understood it.
#[derive(Debug, Deserialize)]
pub struct Sample {
    pub name: String,
    pub labels: BTreeMap<String, String>,
    /// As Python prints it: `1.0`, `+Inf` as `inf`, `NaN` as `nan`.
    pub value: String,
    /// The labels of its exemplar.
    pub exemplar: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Verdict {
    error: Option<String>,
    #[serde(default)]
    families: Vec<Family>,
}

impl Oracle {
    /// Starts the parser. Panics where Python or the package is missing.
    pub fn start() -> Self {
        let mut process = OwnedChild::spawn(
            Command::new(tools::python())
                .arg(tools::root().join("tests/stack/openmetrics.py"))
                .stdin(Stdio::piped())
                .stdout(Stdio::piped()),
        );
        let child = process.get_mut();
        let expositions = child.stdin.take().unwrap();
        let verdicts = BufReader::new(child.stdout.take().unwrap());
        Self { expositions, verdicts, _process: process }
    }

    /// The families of an exposition, or why the parser refuses it.
    pub fn parse(&mut self, format: Format, exposition: &[u8]) -> Result<Vec<Family>, String> {
        let format = match format {
            Format::OpenMetrics => "openmetrics",
            Format::Text004 => "text",
        };
        writeln!(self.expositions, "{format} {}", exposition.len()).unwrap();
        self.expositions.write_all(exposition).unwrap();
        self.expositions.flush().unwrap();
        let mut line = String::new();
        self.verdicts.read_line(&mut line).unwrap();
        let verdict: Verdict = serde_json::from_str(&line).unwrap();
        verdict.error.map_or(Ok(verdict.families), Err)
    }
}
