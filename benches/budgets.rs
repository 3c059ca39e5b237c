//! Prints what each piece of work costs beside its limit: `cargo bench -p obskit-benches`.

use std::io::{self, Write};
use std::process::ExitCode;

use obskit_benches::measure::{RUN, allocations, instructions, time};
use obskit_benches::{SUBJECTS, Subject};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let told = match args.iter().position(|arg| arg == RUN) {
        Some(at) => run(args.get(at + 1..).unwrap_or_default()),
        None => report(&mut io::stdout().lock(), args.get(1).filter(|arg| !arg.starts_with('-'))),
    };
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Under callgrind: nothing but the work.
fn run(args: &[String]) -> Result<(), String> {
    let [name, times] = args else { return Err("expected a subject and a number".into()) };
    let subject = SUBJECTS.iter().find(|subject| subject.name == name);
    let subject = subject.ok_or_else(|| format!("no subject is called {name}"))?;
    let times = times.parse().map_err(|_| format!("{times} is no number"))?;
    (subject.run)(times);
    Ok(())
}

fn report(out: &mut impl Write, only: Option<&String>) -> Result<(), String> {
    let wanted = |subject: &&Subject| only.is_none_or(|only| subject.name.starts_with(only));
    let problem = |error: io::Error| error.to_string();
    writeln!(out, "{:32} {:>12} {:>8} {:>8}", "", "instructions", "allocs", "ns")
        .map_err(problem)?;
    for subject in SUBJECTS.iter().filter(wanted) {
        let times = if subject.name.starts_with("http") { 50_000 } else { 5_000_000 };
        let (ir, allocs) = (instructions(subject)?, allocations(subject));
        let ns = time(subject, times).as_nanos();
        writeln!(out, "{:32} {ir:>12} {allocs:>8} {ns:>8}", subject.name).map_err(problem)?;
    }
    Ok(())
}
