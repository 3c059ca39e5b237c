//! The references in `docs`: made from the tables that the program itself runs on.

use obskit::admin::ROUTES;
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
        format!("| {} | {} | {} |\n", list(&paths), route.methods, route.help)
    });
    format!(
        "# Endpoints\n\n\
         The operator's server listens on 127.0.0.1:9464 unless `OBSKIT_ADMIN_ADDR` says \
         otherwise. With axum the same routes, but for `/`, mount in the service's own router by \
         `Telemetry::admin_router`: under `/api` they are `/api/metrics`, `/api/health` and so \
         on.\n\n\
         | path | methods | what it says |\n|---|---|---|\n{}",
        rows.collect::<String>(),
    )
}

fn list(names: &[&str]) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
