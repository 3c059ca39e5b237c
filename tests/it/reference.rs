//! The references in `docs`: made from the tables that the program itself runs on.

use obskit::admin::{Access, ROUTES};
use obskit::metrics::catalog::{Definition, METRICS};
use obskit_tests::golden;

#[test]
fn the_metrics_are_those_of_the_catalog() {
    golden::check("docs/metrics.md", &metrics());
}

#[test]
fn the_endpoints_are_those_of_the_routes() {
    golden::check("docs/endpoints.md", &endpoints());
}

fn metrics() -> String {
    let rows = METRICS.iter().map(|metric| {
        let kind = format!("{:?}", metric.kind).to_lowercase();
        format!("| `{}` | {} | {kind} | {} |\n", metric.name, list(metric.labels), metric.help)
    });
    let renamed = METRICS.iter().filter_map(|metric: &Definition| {
        let semantic = metric.semantic?;
        let labels = list(semantic.labels);
        Some(format!("| `{}` | `{}` | {labels} |\n", metric.name, semantic.name))
    });
    format!(
        "# Metrics\n\n\
         Every metric that obskit makes by itself. Those of a declared route and of an \
         instrumented function are there at 0 from the first scrape; a family's others appear with \
         their first update. Counters and histograms carry `_created` in OpenMetrics, and \
         histograms exemplars.\n\n\
         | metric | labels | kind | what it says |\n|---|---|---|---|\n{}\n\
         ## Under `Naming::OpenTelemetry`\n\n\
         | metric | becomes | with labels |\n|---|---|---|\n{}",
        rows.collect::<String>(),
        renamed.collect::<String>(),
    )
}

fn endpoints() -> String {
    let rows = ROUTES.iter().map(|route| {
        let paths: Vec<_> = route.paths().collect();
        let who = match route.access {
            Access::Anyone => "anyone",
            _ => "trusted",
        };
        format!("| {} | {} | {who} | {} |\n", list(&paths), route.methods, route.help)
    });
    format!(
        "# Endpoints\n\n\
         | path | methods | who | what it says |\n|---|---|---|---|\n{}\n\
         {ENDPOINTS}",
        rows.collect::<String>(),
    )
}

fn list(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

const ENDPOINTS: &str = include_str!("reference/endpoints.md");
