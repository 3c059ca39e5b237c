//! Counting instructions and allocations, and comparing times.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::Subject;

/// The option by which a bench, started again under callgrind, is told what to run.
pub const RUN: &str = "--run";

/// Instructions of one go, as the difference of two runs under callgrind.
///
/// # Errors
///
/// When valgrind cannot be run or its output not be read.
pub fn instructions(subject: &Subject) -> Result<u64, String> {
    const TIMES: u64 = 1_000;
    let (few, many) = (collected(subject, TIMES)?, collected(subject, 2 * TIMES)?);
    Ok(many.saturating_sub(few) / TIMES)
}

/// Allocations of one go once everything is warm.
pub fn allocations(subject: &Subject) -> u64 {
    let count = |times| allocation_counter::measure(|| (subject.run)(times)).count_total;
    let (few, many) = (count(1_000), count(2_000));
    many.saturating_sub(few) / 1_000
}

/// The shortest time of one go among several rounds, set-up left out.
pub fn time(subject: &Subject, times: u64) -> Duration {
    let round = |times| {
        let began = Instant::now();
        (subject.run)(times);
        began.elapsed()
    };
    let best = |times| (0..7).map(|_| round(times)).min().unwrap_or_default();
    let (few, many) = (best(times / 10), best(times + times / 10));
    let each = many.saturating_sub(few).as_nanos() / u128::from(times.max(1));
    Duration::from_nanos(u64::try_from(each).unwrap_or(u64::MAX))
}

fn collected(subject: &Subject, times: u64) -> Result<u64, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([RUN, subject.name, &times.to_string()])
        .output()
        .map_err(|error| format!("valgrind did not start: {error}"))?;
    let told = String::from_utf8_lossy(&output.stderr);
    let line = told.lines().find_map(|line| line.split_once("Collected : "));
    let count = line.and_then(|(_, count)| count.trim().parse().ok());
    count.ok_or_else(|| format!("callgrind counted nothing for {}:\n{told}", subject.name))
}
