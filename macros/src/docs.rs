//! What the documentation of an instrumented function gains: its metrics, and PromQL to paste.

use proc_macro2::TokenStream;
use syn::LitStr;

use crate::args::{Arguments, Kind, Metric};
use crate::role::Role;
use crate::tokens::own;

/// The attribute `#[doc = ".."]`, for behind the user's own.
pub(crate) fn of(role: Role, name: &str, arguments: &Arguments) -> TokenStream {
    let subject = arguments.subject.as_ref().map(LitStr::value).unwrap_or_default();
    let mut metrics = metrics(role, name, &subject, arguments);
    metrics.extend(arguments.metrics.iter().map(shown));
    let metrics: Vec<_> = metrics.iter().map(|metric| format!("`{metric}`")).collect();
    let mut queries = queries(role, name, &subject);
    queries.extend(arguments.metrics.iter().flat_map(metric_queries));
    let (metrics, queries) = (metrics.join(", "), queries.join("\n"));
    let doc = format!("\n\nMetrics: {metrics}.\n\n```promql\n{queries}\n```");
    own!(#[doc = #doc])
}

/// What the attribute itself counts.
fn metrics(role: Role, name: &str, subject: &str, arguments: &Arguments) -> Vec<String> {
    let (of, mut families) = match role {
        Role::Endpoint => (
            format!("{{handler={name:?}}}"),
            vec!["handler_calls_total", "handler_duration_seconds", "handler_in_flight"],
        ),
        Role::Dependency => (
            format!("{{dependency={subject:?},operation={name:?}}}"),
            vec![
                "dependency_requests_total",
                "dependency_request_duration_seconds",
                "dependency_slow_total",
            ],
        ),
        Role::Job => (
            format!("{{job={name:?}}}"),
            vec![
                "job_runs_total",
                "job_duration_seconds",
                "job_last_success_timestamp_seconds",
                "job_in_progress",
            ],
        ),
    };
    families.extend(arguments.max_runtime.map(|_| "job_max_runtime_seconds"));
    let metrics = families.into_iter().map(|family| format!("{family}{of}"));
    let slo = arguments.slo.as_ref();
    let objective = slo.map(|_| format!("slo_objective_ratio{{slo={name:?}}}"));
    let latency = slo.and_then(|slo| slo.latency);
    let threshold = latency.map(|_| format!("slo_latency_threshold_seconds{{slo={name:?}}}"));
    metrics.chain(objective).chain(threshold).collect()
}

/// A metric of the function's own.
fn shown(metric: &Metric) -> String {
    let name = metric.name.value();
    if metric.labels.is_empty() { name } else { format!("{name}{{{}}}", labels(metric)) }
}

fn labels(metric: &Metric) -> String {
    let labels: Vec<_> = metric.labels.iter().map(|label| label.name.value()).collect();
    labels.join(", ")
}

/// What the attribute itself counts, as one asks for it.
fn queries(role: Role, name: &str, subject: &str) -> Vec<String> {
    match role {
        Role::Endpoint => {
            let of = format!("{{handler={name:?}}}");
            red(("handler_calls_total", "outcome"), "handler_duration_seconds", &of)
        }
        Role::Dependency => {
            let of = format!("{{dependency={subject:?},operation={name:?}}}");
            let duration = "dependency_request_duration_seconds";
            red(("dependency_requests_total", "outcome"), duration, &of)
        }
        // Prometheus keeps `job` for itself and renames the scraped one.
        Role::Job => vec![
            format!("time() - job_last_success_timestamp_seconds{{exported_job={name:?}}}"),
            format!("sum by (outcome) (increase(job_runs_total{{exported_job={name:?}}}[1d]))"),
        ],
    }
}

fn red((calls, label): (&str, &str), duration: &str, of: &str) -> Vec<String> {
    vec![rate(label, &format!("{calls}{of}")), quantile(&format!("{duration}_bucket{of}"), "le")]
}

fn metric_queries(metric: &Metric) -> Vec<String> {
    let (name, labels) = (metric.name.value(), labels(metric));
    match metric.kind {
        Kind::Counter => vec![rate(&labels, &name)],
        Kind::Histogram => {
            let by = if labels.is_empty() { "le".to_owned() } else { format!("le, {labels}") };
            vec![quantile(&format!("{name}_bucket"), &by)]
        }
    }
}

fn rate(by: &str, series: &str) -> String {
    let by = if by.is_empty() { String::new() } else { format!(" by ({by})") };
    format!("sum{by} (rate({series}[5m]))")
}

fn quantile(series: &str, by: &str) -> String {
    format!("histogram_quantile(0.99, sum by ({by}) (rate({series}[5m])))")
}
