//! Does one piece of work so many times: `subject NAME TIMES`; `timed` after it prints what one
//! takes in nanoseconds.

use std::io::{self, Write};
use std::process::ExitCode;

use obskit_benches::SUBJECTS;
use obskit_benches::measure::{TIMED, time_here};

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<(), String> {
    let ([name, times] | [name, times, _]) = args else {
        return Err(format!("expected a subject, a number and perhaps `{TIMED}`"));
    };
    let subject = SUBJECTS.iter().find(|subject| subject.name == name);
    let subject = subject.ok_or_else(|| format!("no subject is called {name}"))?;
    let times = times.parse().map_err(|_| format!("{times} is no number"))?;
    if args.get(2).is_some_and(|arg| arg == TIMED) {
        let nanoseconds = time_here(subject, times);
        return writeln!(io::stdout(), "{nanoseconds}").map_err(|error| error.to_string());
    }
    (subject.run)(times);
    Ok(())
}
