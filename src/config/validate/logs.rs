//! The bounds of what is logged.

use tracing_subscriber::filter::Targets;

use super::{Problems, is_share};
use crate::config::{AccessLines, FlightRecorder, Flood};

impl AccessLines {
    pub(super) fn check(&self, problems: &mut Problems) {
        problems.unless(is_share(self.sample), "logs.access.sample", self.sample, "0 to 1");
        for (template, share) in &self.routes {
            let field = format!("logs.access.routes, for {template:?},");
            problems.unless(is_share(*share), &field, share, "0 to 1");
        }
    }
}

impl Flood {
    pub(super) fn check(self, problems: &mut Problems) {
        let found = format!("{:?}", self.window);
        problems.unless(
            Self::WINDOW.contains(&self.window),
            "logs.flood.window",
            found,
            "1s to 1h",
        );
    }
}

impl FlightRecorder {
    pub(super) fn check(&self, problems: &mut Problems) {
        problems.within("logs.recorder.lines", &self.lines, &Self::LINES);
        problems.within("logs.recorder.bytes", &self.bytes, &Self::BYTES);
        let parsed: Result<Targets, _> = self.directives.parse();
        if let Err(error) = parsed {
            let found = format!("{:?}: {error}", self.directives);
            let accepted = "levels by target, as info,workouts=trace";
            problems.push(format!("logs.recorder.directives is {found}; accepted: {accepted}"));
        }
    }
}
