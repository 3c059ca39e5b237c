//! Prints what each piece of work costs beside its limit: `cargo bench -p obskit-benches`.

use std::io::{self, Write};
use std::process::ExitCode;

use obskit_benches::measure::{instructions, time};
use obskit_benches::{SUBJECTS, Subject};

const SUBJECT: &str = env!("CARGO_BIN_EXE_subject");

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

fn report(out: &mut impl Write, only: Option<&str>) -> Result<(), String> {
    let wanted = |subject: &&Subject| only.is_none_or(|only| subject.name.starts_with(only));
    let problem = |error: io::Error| error.to_string();
    writeln!(out, "{:32} {:>12} {:>8} {:>8}", "", "instructions", "allocs", "ns")
        .map_err(problem)?;
    for subject in SUBJECTS.iter().filter(wanted) {
        let times = if subject.name.starts_with("http") { 50_000 } else { 5_000_000 };
        let (ir, allocs) = (instructions(SUBJECT, subject)?, allocations(subject));
        let ns = time(subject, times);
        let ns = format!("{}.{}", ns / 10, ns % 10);
        writeln!(out, "{:32} {ir:>12} {allocs:>8} {ns:>8}", subject.name).map_err(problem)?;
    }
    Ok(())
}

/// Allocations of one go once everything is warm.
fn allocations(subject: &Subject) -> u64 {
    let count = |times| allocation_counter::measure(|| (subject.run)(times)).count_total;
    let (few, many) = (count(1_000), count(2_000));
    many.saturating_sub(few) / 1_000
}
