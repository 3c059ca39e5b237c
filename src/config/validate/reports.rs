//! Whether the settings of error reports hold.

use std::ops::RangeInclusive;

use super::{Problems, is_share};
use crate::config::Reports;

impl Reports {
    /// The most headers that reports show.
    pub(crate) const HEADERS: usize = 32;
    /// The most prefixes of the application's functions.
    pub(crate) const PREFIXES: usize = 64;
    /// The longest of them, in bytes.
    const PREFIX: RangeInclusive<usize> = 1..=256;
    const QUEUE: RangeInclusive<usize> = 1..=10_000;
    const QUEUE_BYTES: RangeInclusive<usize> = 1 << 10..=1 << 30;
    /// By the server's rules, in characters.
    const RELEASE: usize = 200;
    const ENVIRONMENT: usize = 64;
    const SERVER_NAME: usize = 256;

    pub(super) const A_HEADER: &str = "at most 32 names of headers";
    pub(super) const A_PREFIX: &str =
        "at most 64 beginnings of functions' paths of 256 bytes, as workouts or workouts::db";

    pub(super) fn check(&self, problems: &mut Problems) {
        for (field, rate) in [
            ("reports.traces_sample_rate", self.traces_sample_rate),
            ("reports.sample_rate", self.sample_rate),
        ] {
            problems.unless(is_share(rate), field, rate, "0 to 1");
        }
        for (field, text, chars) in [
            ("reports.release", &self.release, Self::RELEASE),
            ("reports.environment", &self.environment, Self::ENVIRONMENT),
            ("reports.server_name", &self.server_name, Self::SERVER_NAME),
        ] {
            let holds = text.as_deref().is_none_or(|text| Self::is_name(text, chars));
            let accepted = format!("1 to {chars} characters without / and \\ in one line");
            // It may hold anything, so it is not told.
            problems.unless(holds, field, "malformed", accepted);
        }
        let holds = Self::are_headers(&self.headers);
        let found = format!("{:?}", self.headers);
        problems.unless(holds, "reports.headers", found, Self::A_HEADER);
        let holds = Self::are_prefixes(&self.in_app);
        let found = format!("{:?}", self.in_app);
        problems.unless(holds, "reports.in_app", found, Self::A_PREFIX);
        problems.within("reports.queue_size", &self.queue_size, &Self::QUEUE);
        problems.within("reports.queue_bytes", &self.queue_bytes, &Self::QUEUE_BYTES);
    }

    pub(in crate::config) fn are_headers(names: &[String]) -> bool {
        let is_header = |name: &String| http::HeaderName::from_bytes(name.as_bytes()).is_ok();
        names.len() <= Self::HEADERS && names.iter().all(is_header)
    }

    pub(in crate::config) fn are_prefixes(prefixes: &[String]) -> bool {
        let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
        let is_prefix =
            |prefix: &String| Self::PREFIX.contains(&prefix.len()) && prefix.chars().all(is_path);
        prefixes.len() <= Self::PREFIXES && prefixes.iter().all(is_prefix)
    }

    /// What the server takes for a release and the like.
    pub(in crate::config) fn is_name(text: &str, chars: usize) -> bool {
        let is_refused = |c: char| c.is_control() || matches!(c, '/' | '\\');
        !text.trim().is_empty() && text.chars().count() <= chars && !text.contains(is_refused)
    }
}
