//! What the attributes expand to, written by hand: the runtime without the macros.

mod calls;
mod jobs;
mod telling;
mod unsaid;
mod verdicts;

use obskit::Telemetry;
use obskit_tests::lab::Lab;
use obskit_tests::samples::{count, sum};
use serde_json::Value;

/// A call as an attribute makes it around an async body that returns the type given.
macro_rules! instrument {
    ($role:ident($($name:literal),+) $(.$with:ident($argument:expr))*, $report:ident, $returned:ty, $body:expr) => {{
        use obskit::__private as private;
        static SITE: private::Site = private::Site::new(
            private::Declaration::$role($($name,)+ private::here!("by_hand"))$(.$with($argument))*,
        );
        private::submit!(SITE);
        let mut call = private::Call::begin(&SITE, || private::tracing::info_span!("by hand"));
        let returned: $returned = call.watch($body).await;
        {
            let verdict = private::verdict!(returned).report(private::Report::$report);
            let ending = call.end(verdict, |failure| {
                private::tell_failure!(crate::by_hand::first!($($name),+), failure)
            });
            ending.tell_slow(|slow| private::tell_slow!(crate::by_hand::first!($($name),+), slow));
        }
        returned
    }};
}

macro_rules! first {
    ($first:literal $(, $rest:literal)*) => {
        $first
    };
}

use {first, instrument};

/// How many calls of a handler ended so.
fn calls(telemetry: &Telemetry, handler: &str, outcome: &str) -> usize {
    let (handler, outcome) = (format!("handler=\"{handler}\""), format!("outcome=\"{outcome}\""));
    count(telemetry, "handler_calls_total", &[&handler, &outcome])
}

/// The outcomes in which calls of a handler ended, each with how often.
fn outcomes(telemetry: &Telemetry, handler: &str) -> Vec<(&'static str, usize)> {
    let names = obskit::context::Outcome::NAMES.into_iter();
    let counts = names.map(|outcome| (outcome, calls(telemetry, handler, outcome)));
    counts.filter(|(_, count)| *count > 0).collect()
}

fn in_flight(telemetry: &Telemetry, handler: &str) -> i64 {
    sum(telemetry, "handler_in_flight", &[&format!("handler=\"{handler}\"")])
}

/// The lines of one target.
fn lines(lab: &Lab, target: &str) -> Vec<Value> {
    lab.lines().into_iter().filter(|line| line["target"] == target).collect()
}
