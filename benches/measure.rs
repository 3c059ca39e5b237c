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

/// Nanoseconds of one go: the shortest of many short rounds, so that a busy machine shows little;
/// set-up left out.
pub fn time(subject: &Subject, times: u64) -> f64 {
    let round = |times| {
        let began = Instant::now();
        (subject.run)(times);
        began.elapsed()
    };
    let (few, many) = (best(|| round(times / 10)), best(|| round(times + times / 10)));
    nanoseconds(many.saturating_sub(few), times)
}

/// The shortest of many rounds.
pub fn best(round: impl FnMut() -> Duration) -> Duration {
    const ROUNDS: usize = 60;
    std::iter::repeat_with(round).take(ROUNDS).min().unwrap_or(Duration::ZERO)
}

/// What one of so many takes of `all`.
#[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
pub fn nanoseconds(all: Duration, times: u64) -> f64 {
    all.as_nanos() as f64 / times.max(1) as f64
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
