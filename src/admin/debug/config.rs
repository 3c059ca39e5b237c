//! `/debug/config`: the settings in force.

use std::sync::Arc;

use http::{Response, StatusCode};

use crate::admin::Admin;
use crate::admin::content::Content;
use crate::admin::respond::{TEXT, answer};
use crate::config::Config;
use crate::redaction::{HIDDEN, Redactor};

/// Columns of a line that what belongs together may take.
const WIDTH: usize = 100;

/// The settings as text, without secrets: those that are known as such hide themselves, and what
/// else looks like one, as an attribute of the service may, is hidden as in every signal.
pub(crate) fn settings(config: &Config, redactor: &Redactor) -> Arc<str> {
    let mut config = config.clone();
    for (name, value) in &mut config.service.attributes {
        if redactor.hides(name) {
            HIDDEN.clone_into(value);
        }
    }
    let lines = folded(&format!("{config:#?}"));
    lines.iter().flat_map(|line| [redactor.clean(line), "\n".into()]).collect::<String>().into()
}

impl Admin {
    /// What the telemetry was built from.
    pub(in crate::admin) fn config_page(&self) -> Response<Content> {
        answer(StatusCode::OK, TEXT, self.internals.settings.as_bytes().to_vec())
    }
}

/// The lines of a `{:#?}`, in which whatever fits on one line stands on one.
fn folded(text: &str) -> Vec<String> {
    let (mut lines, mut opened) = (Vec::<String>::new(), Vec::new());
    for line in text.lines() {
        if line.ends_with(['(', '[', '{']) {
            opened.push(lines.len());
        }
        lines.push(line.to_owned());
        if line.trim_start().starts_with([')', ']', '}'])
            && let Some(start) = opened.pop()
            && let Some(whole) = lines.get(start..).and_then(on_one_line)
        {
            lines.truncate(start);
            lines.push(whole);
        }
    }
    lines
}

fn on_one_line(lines: &[String]) -> Option<String> {
    let [first, inner @ .., last] = lines else { return None };
    let space = if first.ends_with('{') { " " } else { "" };
    let inner: Vec<_> = inner.iter().map(|line| line.trim_start()).collect();
    let inner = inner.join(" ");
    let inner = inner.strip_suffix(',').unwrap_or(&inner);
    let whole = format!("{first}{space}{inner}{space}{}", last.trim_start());
    (whole.len() <= WIDTH).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn what_fits_stands_on_one_line() {
        let long = "x".repeat(90);
        let value = (Some(1), vec![Some("a,"), None], &long, String::from("a(\n)"), ((), [0; 0]));
        let lines = folded(&format!("{value:#?}"));
        let long = format!("    \"{long}\",");
        let expected = [
            "(",
            "    Some(1),",
            "    [Some(\"a,\"), None],",
            &long,
            "    \"a(\\n)\",",
            "    ((), []),",
            ")",
        ];
        assert_eq!(lines, expected);
    }
}
