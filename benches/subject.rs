//! Does one piece of work so many times: `subject NAME TIMES`.

use std::io::{self, Write};
use std::process::ExitCode;

use obskit_benches::SUBJECTS;

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
    let [name, times] = args else { return Err("expected a subject and a number".into()) };
    let subject = SUBJECTS.iter().find(|subject| subject.name == name);
    let subject = subject.ok_or_else(|| format!("no subject is called {name}"))?;
    let times = times.parse().map_err(|_| format!("{times} is no number"))?;
    (subject.run)(times);
    Ok(())
}
