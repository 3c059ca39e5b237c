//! Counting instructions, and comparing times.

use std::process::Command;
use std::time::{Duration, Instant};
use std::{fs, io};

use crate::Subject;

/// Asks `subject` for a time in place of the work alone.
pub const TIMED: &str = "timed";

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

/// Nanoseconds of one go in a process of its own, since some work sets what a whole process has.
///
/// # Errors
///
/// When `program` cannot be run or its output not be read.
pub fn time(program: &str, subject: &Subject, times: u64) -> Result<f64, String> {
    let mut command = Command::new(program);
    command.args([subject.name, &times.to_string(), TIMED]);
    let told = output(&mut command, subject)?;
    told.trim().parse().map_err(|_| format!("{} took no time: {told}", subject.name))
}

/// Nanoseconds of one go: the shortest of many short rounds, so that a busy machine shows little;
/// set-up left out.
pub fn time_here(subject: &Subject, times: u64) -> f64 {
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

/// What the thread that does the work executes; others write files and the like behind it.
fn collected(program: &str, subject: &Subject, times: u64) -> Result<u64, String> {
    let problem = |error: io::Error| format!("callgrind wrote no profile: {error}");
    let folder = tempfile::tempdir().map_err(problem)?;
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--separate-threads=yes"])
        .arg(format!("--callgrind-out-file={}", folder.path().join("profile").display()))
        .args([program, subject.name, &times.to_string()]);
    output(&mut command, subject)?;
    let profile = fs::read_to_string(folder.path().join("profile-01")).map_err(problem)?;
    let count = profile.lines().find_map(|line| line.strip_prefix("totals: "));
    let count = count.and_then(|count| count.trim().parse().ok());
    count.ok_or_else(|| format!("callgrind counted nothing for {}", subject.name))
}

fn output(command: &mut Command, subject: &Subject) -> Result<String, String> {
    let program = command.get_program().display().to_string();
    let output = command.output().map_err(|error| format!("{program} did not start: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(format!("{} ended with {}:\n{told}", subject.name, output.status))
}
