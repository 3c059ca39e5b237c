//! The bounds of what is logged.

use tracing::level_filters::LevelFilter;

use super::{Problems, is_share};
use crate::config::{AccessLines, FlightRecorder, Flood, LogFile, LogOutput, Logs, directives};

impl Logs {
    pub(super) fn check(&self, problems: &mut Problems) {
        problems.within("logs.buffer", &self.buffer, &Self::BUFFER);
        if let LogOutput::File(file) = &self.output {
            problems.within("logs.output.max_bytes", &file.max_bytes, &LogFile::BYTES);
            problems.within("logs.output.keep", &file.keep, &LogFile::KEEP);
        }
        self.access.check(problems);
        self.flood.check(problems);
        if let Some(recorder) = &self.recorder {
            recorder.check(problems);
        }
    }
}

impl AccessLines {
    fn check(&self, problems: &mut Problems) {
        problems.unless(is_share(self.sample), "logs.access.sample", self.sample, "0 to 1");
        for (template, share) in &self.routes {
            let field = format!("logs.access.routes, for {template:?},");
            problems.unless(is_share(*share), &field, share, "0 to 1");
        }
    }
}

impl Flood {
    fn check(self, problems: &mut Problems) {
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
    fn check(&self, problems: &mut Problems) {
        problems.within("logs.recorder.lines", &self.lines, &Self::LINES);
        problems.within("logs.recorder.bytes", &self.bytes, &Self::BYTES);
        if let Err(flaw) = directives::parse(&self.directives, LevelFilter::OFF) {
            problems.push(format!("logs.recorder.directives: {flaw}"));
        }
    }
}
