//! jq, which many read their lines with.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// What `filter` makes of all the lines of a file as one list; it may be neither null nor false.
pub fn slurped(file: &Path, filter: &str) -> Value {
    let output = Command::new("jq").args(["-ces", filter]).arg(file).output();
    let output = output.unwrap_or_else(|error| panic!("jq: {error}: run tests/tools debian"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaint.is_empty(), "jq {filter}: {complaint}");
    serde_json::from_slice(&output.stdout).unwrap()
}
