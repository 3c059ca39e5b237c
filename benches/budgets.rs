//! Prints what each piece of work costs beside its limit, then each budget of the design beside
//! what it allows: `cargo bench -p obskit-benches`.

mod memory;
mod verdict;

use std::io::{self, Write};
use std::process::ExitCode;

use obskit_benches::measure::{instructions, time};
use obskit_benches::{SUBJECTS, Subject};

const SUBJECT: &str = env!("CARGO_BIN_EXE_subject");

/// What one go takes.
struct Cost {
    name: &'static str,
    instructions: u64,
    allocations: u64,
    nanoseconds: f64,
}

fn main() -> ExitCode {
    let only = std::env::args().nth(1).filter(|arg| !arg.starts_with('-'));
    match report(&mut io::stdout().lock(), only.as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Everything, or the subjects alone whose names begin with `only`.
fn report(out: &mut impl Write, only: Option<&str>) -> Result<(), String> {
    let wanted = |subject: &&Subject| only.is_none_or(|only| subject.name.starts_with(only));
    let problem = |error: io::Error| error.to_string();
    // First, since some subjects install a subscriber, which stays for the process.
    let contended = only.is_none().then(verdict::contended);
    let mut costs = Vec::new();
    writeln!(out, "{:32} {:>12} {:>8} {:>8}", "", "instructions", "allocs", "ns")
        .map_err(problem)?;
    for subject in SUBJECTS.iter().filter(wanted) {
        let cost = cost(subject)?;
        let Cost { name, instructions, allocations, nanoseconds } = cost;
        writeln!(out, "{name:32} {instructions:>12} {allocations:>8} {nanoseconds:>8.1}")
            .map_err(problem)?;
        costs.push(cost);
    }
    let Some(contended) = contended else { return Ok(()) };
    let (ours, theirs) = (memory::obskit(), memory::prometheus_client());
    writeln!(out, "\nbytes a series: {ours:.1}; in prometheus-client {theirs:.1}")
        .map_err(problem)?;
    verdict::write(out, &costs, contended).map_err(problem)
}

fn cost(subject: &Subject) -> Result<Cost, String> {
    // Rounds of milliseconds, so that a busy machine leaves some of them alone.
    let times = match subject.name.split(['/', '-']).next() {
        Some("http" | "event" | "reports" | "traces") => 2_000,
        Some("attribute") => 20_000,
        _ => 200_000,
    };
    Ok(Cost {
        name: subject.name,
        instructions: instructions(SUBJECT, subject)?,
        allocations: allocations(subject),
        nanoseconds: time(SUBJECT, subject, times)?,
    })
}

/// Allocations of one go once everything is warm: the fewest of some runs, since a log line takes
/// memory while the one before it is not written yet.
fn allocations(subject: &Subject) -> u64 {
    const TIMES: u64 = 1_000;
    let count = |times| allocation_counter::measure(|| (subject.run)(times)).count_total;
    let fewest = |times| (0..4).map(|_| count(times)).min().unwrap_or_default();
    let (few, many) = (fewest(TIMES), fewest(2 * TIMES));
    (many.saturating_sub(few) + TIMES / 2) / TIMES
}
