//! The table of variables: complete, and the page made from it.

use std::collections::BTreeSet;
use std::fmt::Write;

use obskit::config::{Config, VARIABLES, Variable};
use obskit_tests::golden;

use super::Recording;

/// The page's headings, each with the variable it stands before.
const HEADINGS: [(&str, &str); 12] = [
    ("OTEL_SDK_DISABLED", "The service"),
    ("RUST_LOG", "Logs"),
    ("OTEL_PROPAGATORS", "Context"),
    ("OBSKIT_METRIC_NAMING", "Metrics"),
    ("OTEL_TRACES_SAMPLER", "Traces, and batches of spans and log records"),
    ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "Limits of spans and log records"),
    ("OTEL_TRACES_EXPORTER", "Exporters"),
    ("OBSKIT_REDACT_FIELDS", "Redaction"),
    ("SENTRY_DSN", "Error reports"),
    ("HTTPS_PROXY", "Proxies"),
    ("OBSKIT_ADMIN_ADDR", "The operator's server"),
    ("OBSKIT_DRAIN_DELAY", "Shutdown"),
];

const INTRODUCTION: &str = "\
# Configuration

`Config::from_env` reads these variables. Everything can be set in code too: the structs under
`obskit::config` have a field for each.

- An empty variable is an unset one. White space around a value is ignored.
- Wrong values are reported all together, each with its variable, what was found and what is
  accepted; the values of secrets are not shown. The service does not start.
- Where the OpenTelemetry specification wants a wrong `OTEL_*` value ignored, it is, and one
  warning at start-up tells it. Wrong endpoints, headers and files of the exporters are errors.
- `{TRACES,LOGS,METRICS}` stands for one of the three: the form of a signal, which goes before the
  general one.
- Times in `OTEL_*` are milliseconds without a unit, as the specification says; times in
  `OBSKIT_*` have their unit.
- Sizes in `OBSKIT_*` are bytes, or have the unit KiB, MiB or GiB.
- Without effect so far, only read and checked: `OTEL_METRICS_EXPORTER`, `OTEL_METRIC_EXPORT_*` and
  the `METRICS` forms of the exporters' settings. They wait for what they set.
";

/// Every variable read stands in the table, and every variable in the table is read.
#[test]
fn the_table_is_what_is_read() {
    let mut environment = Recording::default();
    // The sampler's argument is read only beside a sampler that takes one.
    environment.values.insert("OTEL_TRACES_SAMPLER".to_owned(), "traceidratio".to_owned());
    Config::from_environment(&environment).unwrap();
    // Proxies are known in lower case, too.
    let upper = |name: String| if name.ends_with("_proxy") { name.to_uppercase() } else { name };
    let read: BTreeSet<_> = environment.asked.into_inner().into_iter().map(upper).collect();
    let listed: BTreeSet<_> = VARIABLES.iter().flat_map(Variable::names).collect();
    assert_eq!(read, listed);
}

#[test]
fn each_stands_once_and_says_something() {
    let names: BTreeSet<_> = VARIABLES.iter().flat_map(Variable::names).collect();
    assert_eq!(names.len(), VARIABLES.iter().flat_map(Variable::names).count());
    for variable in VARIABLES {
        assert!(!variable.accepts.is_empty() && variable.help.ends_with('.'), "{variable:?}");
    }
    for (first, heading) in HEADINGS {
        assert!(VARIABLES.iter().any(|variable| variable.name == first), "{heading}");
    }
}

#[test]
fn the_page_is_made_from_the_table() {
    golden::check("docs/configuration.md", &page().unwrap());
}

fn page() -> Result<String, std::fmt::Error> {
    let mut page = INTRODUCTION.to_owned();
    for variable in VARIABLES {
        if let Some((_, heading)) = HEADINGS.iter().find(|(first, _)| *first == variable.name) {
            writeln!(page, "\n## {heading}\n")?;
            writeln!(page, "| variable | accepts | default | sets |\n|---|---|---|---|")?;
        }
        let (names, default) = (names(variable), default(variable));
        let accepts = variable.accepts.replace('<', "&lt;").replace('*', "\\*");
        writeln!(page, "| {names} | {accepts} | {default} | {} |", variable.help)?;
    }
    Ok(page)
}

fn names(variable: &Variable) -> String {
    let Variable { name, per_signal, .. } = variable;
    if !per_signal {
        return format!("`{name}`");
    }
    let of_signal = name.replace("_OTLP_", "_OTLP_{TRACES,LOGS,METRICS}_");
    format!("`{name}`, `{of_signal}`")
}

fn default(variable: &Variable) -> String {
    let words = variable.default.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match (variable.default, words) {
        ("", _) => "none".to_owned(),
        (_, Some(words)) => words.to_owned(),
        (value, None) => format!("`{value}`"),
    }
}
