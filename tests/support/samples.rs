//! Reading samples out of the text format, for tests that look at a few of them.

use obskit::Telemetry;

/// The sum of a metric's samples whose labels contain all of `labels`, each as `name="value"`.
///
/// Not for histograms' buckets, and not for label values with quotes in them.
pub fn sum(telemetry: &Telemetry, name: &str, labels: &[&str]) -> f64 {
    let text = telemetry.metrics().text();
    let values = text.lines().filter_map(|line| {
        let (series, value) = line.rsplit_once(' ')?;
        let (found, rest) = series.split_once('{').unwrap_or((series, ""));
        let matches = found == name && labels.iter().all(|label| rest.contains(label));
        matches.then(|| value.parse::<f64>().unwrap())
    });
    values.sum()
}

/// Requests under way, on every endpoint together.
pub fn in_flight(telemetry: &Telemetry) -> f64 {
    sum(telemetry, "http_requests_in_flight", &[])
}

/// How many series there are, as lines of the exposition.
pub fn series(telemetry: &Telemetry) -> usize {
    telemetry.metrics().text().lines().filter(|line| !line.starts_with('#')).count()
}
