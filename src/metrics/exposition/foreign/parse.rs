//! The text of a foreign registry, as families.
//!
//! It is OpenMetrics but for its encoder's faults: helps are not escaped, names not checked,
//! families and series repeated, numbers such that no parser takes them.

use super::series::Series;
use crate::metrics::descriptor::is_metric_name;
use crate::metrics::exposition::Type;
use crate::metrics::exposition::owned::OwnedFamily;

/// One family's lines.
struct Block<'a> {
    name: &'a str,
    help: &'a str,
    kind: &'a str,
    unit: Option<&'a str>,
    samples: &'a str,
}

const HELP: &str = "# HELP ";

/// The families, and how many of them or of their samples could not be read.
///
/// Where the text is not complete, its last family is not taken.
pub(super) fn families(text: &str, complete: bool) -> (Vec<OwnedFamily>, usize) {
    let mut families = Vec::new();
    let mut malformed = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (block, behind) = Block::cut(rest);
        let is_whole = complete || !behind.is_empty();
        match block.filter(|_| is_whole).and_then(|block| block.read(&mut malformed)) {
            Some(family) => families.push(family),
            None => malformed += 1,
        }
        rest = behind;
    }
    (families, malformed)
}

impl<'a> Block<'a> {
    /// The first block, if it is one, and what stands behind it.
    fn cut(text: &'a str) -> (Option<Self>, &'a str) {
        let head = Self::head(text);
        // A help that holds line breaks is passed over with the head.
        let samples = head.as_ref().map_or(text, |head| head.samples);
        let end = if head.is_some() && samples.starts_with(HELP) {
            Some(0)
        } else {
            samples.find("\n# HELP ").map(|at| at + 1)
        };
        let (samples, behind) =
            end.and_then(|end| samples.split_at_checked(end)).unwrap_or((samples, ""));
        (head.map(|head| Self { samples, ..head }), behind)
    }

    fn head(text: &'a str) -> Option<Self> {
        let (name, rest) = text.strip_prefix(HELP)?.split_once(' ')?;
        let (help, rest) = rest.split_once(&format!("\n# TYPE {name} "))?;
        let (kind, rest) = rest.split_once('\n')?;
        let unit =
            rest.strip_prefix(&format!("# UNIT {name} ")).and_then(|rest| rest.split_once('\n'));
        let (unit, samples) = unit.map_or((None, rest), |(unit, samples)| (Some(unit), samples));
        Some(Self { name, help, kind, unit, samples })
    }

    fn read(&self, malformed: &mut usize) -> Option<OwnedFamily> {
        let name = || self.name.to_owned();
        let (base, kind, suffix) = match self.kind {
            "counter" => (self.name.trim_end_matches("_total").into(), Type::Counter, "_total"),
            "gauge" => (name(), Type::Gauge, ""),
            "histogram" => (name(), Type::Histogram, ""),
            // What an info says stands in labels, and in the other formats it is a gauge.
            "info" => (name() + "_info", Type::Gauge, "_info"),
            "unknown" => (name(), Type::Unknown, ""),
            _ => return None,
        };
        let mut series = Series::new(self.name, kind, suffix);
        for line in self.samples.lines() {
            *malformed += usize::from(series.add(line).is_none());
        }
        let (series, unfit) = series.finish();
        *malformed += unfit;
        let unit = self.unit.filter(|unit| {
            kind != Type::Unknown
                && base.strip_suffix(*unit).is_some_and(|rest| rest.ends_with('_'))
        });
        is_metric_name(&base).then(|| OwnedFamily {
            // The encoder of `prometheus-client` ends every help by a full stop of its own.
            help: self.help.strip_suffix('.').unwrap_or(self.help).into(),
            unit: unit.map(Into::into),
            base,
            kind,
            series,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, complete: bool, expected: &[(&str, &str, usize)], malformed: usize) {
        let (families, found) = families(text, complete);
        let summary = families.iter().map(|f| (&*f.base, &*f.help, f.series.len()));
        assert_eq!(summary.collect::<Vec<_>>(), expected, "{text}");
        assert_eq!(found, malformed, "{text}");
    }

    #[test]
    fn blocks() {
        let good = "# HELP a A help.\n# TYPE a gauge\na 1\n";
        check(good, true, &[("a", "A help", 1)], 0);
        check(good, false, &[], 1);
        check(&format!("{good}# HELP b B.\n# TYPE b gauge\n"), false, &[("a", "A help", 1)], 1);
        check(
            &format!("{good}# HELP b B.\n# TYPE b gauge\n{good}"),
            true,
            &[("a", "A help", 1), ("b", "B", 0), ("a", "A help", 1)],
            0,
        );
        check(
            "# HELP a one\ntwo\n# EOF\n.\n# TYPE a gauge\na 1\n",
            true,
            &[("a", "one\ntwo\n# EOF\n", 1)],
            0,
        );
        check(
            "# HELP x_total X.\n# TYPE x_total counter\nx_total_total 1\n",
            true,
            &[("x", "X", 1)],
            0,
        );
        check("# HELP i I.\n# TYPE i info\ni_info{a=\"b\"} 1\n", true, &[("i_info", "I", 1)], 0);
        check(
            &format!("# HELP my name X.\n# TYPE my name gauge\nmy name 1\n{good}"),
            true,
            &[("a", "A help", 1)],
            1,
        );
        check(&format!("garbage\n{good}"), true, &[("a", "A help", 1)], 1);
        check("", true, &[], 0);
    }
}
