//! Counting instructions, and comparing times.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::Subject;

/// Instructions of one go, as the difference of two runs of `program` under callgrind.
///
/// # Errors
///
/// When valgrind cannot be run or its output not be read.
pub fn instructions(program: &str, subject: &Subject) -> Result<u64, String> {
    const TIMES: u64 = 1_000;
    let few = collected(program, subject, TIMES)?;
    let many = collected(program, subject, 2 * TIMES)?;
    Ok(many.saturating_sub(few) / TIMES)
}

/// The shortest time of one go among several rounds in tenths of nanoseconds, set-up left out.
pub fn time(subject: &Subject, times: u64) -> u128 {
    let round = |times| {
        let began = Instant::now();
        (subject.run)(times);
        began.elapsed()
    };
    let best = |times| (0..7).map(|_| round(times)).min().unwrap_or(Duration::ZERO);
    let (few, many) = (best(times / 10), best(times + times / 10));
    many.saturating_sub(few).as_nanos() * 10 / u128::from(times.max(1))
}

fn collected(program: &str, subject: &Subject, times: u64) -> Result<u64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", program, subject.name])
        .arg(times.to_string())
        .output()
        .map_err(|error| format!("valgrind did not start: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{} ended with {}:\n{told}", subject.name, output.status));
    }
    let line = told.lines().find_map(|line| line.split_once("Collected : "));
    let count = line.and_then(|(_, count)| count.trim().parse().ok());
    count.ok_or_else(|| format!("callgrind counted nothing for {}:\n{told}", subject.name))
}
