//! Reading samples out of the text format, for tests that look at a few of them.

use obskit::Telemetry;
use std::iter::Sum;
use std::str::FromStr;

/// The sum of a metric's samples whose labels contain all of `labels`, each as `name="value"`.
///
/// Not for label values with a brace in them.
pub fn sum<N: FromStr + Sum>(telemetry: &Telemetry, name: &str, labels: &[&str]) -> N {
    let text = telemetry.metrics().text();
    let values = text.lines().filter_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let (found, rest) = series.split_once('{').unwrap_or((series, ""));
        let matches = found == name && labels.iter().all(|label| rest.contains(label));
        let parse = || value.parse().unwrap_or_else(|_| panic!("{line} is no such number"));
        matches.then(parse)
    });
    values.sum()
}

/// What a counter, or the count of a histogram, has come to; see [`sum`].
pub fn count(telemetry: &Telemetry, name: &str, labels: &[&str]) -> usize {
    sum(telemetry, name, labels)
}

/// Requests under way, on every endpoint together.
pub fn in_flight(telemetry: &Telemetry) -> i64 {
    sum(telemetry, "http_requests_in_flight", &[])
}
