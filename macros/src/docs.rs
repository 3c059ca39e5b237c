//! What the documentation of an instrumented function gains: its metrics, and PromQL to paste.

use proc_macro2::TokenStream;
use syn::LitStr;

use crate::args::{Arguments, Kind, Metric};
use crate::role::Role;
use crate::tokens::own;

/// The attribute `#[doc = ".."]`, for behind the user's own.
pub(crate) fn of(role: Role, name: &str, arguments: &Arguments) -> TokenStream {
    let subject = arguments.subject.as_ref().map(LitStr::value).unwrap_or_default();
    let mut metrics = match role {
        Role::Endpoint => vec![
            format!("handler_calls_total{{handler={name:?}}}"),
            format!("handler_duration_seconds{{handler={name:?}}}"),
            format!("handler_in_flight{{handler={name:?}}}"),
        ],
        Role::Dependency => {
            let selector = format!("{{dependency={subject:?},operation={name:?}}}");
            vec![
                format!("dependency_requests_total{selector}"),
                format!("dependency_request_duration_seconds{selector}"),
            ]
        }
        Role::Job => vec![
            format!("job_runs_total{{job={name:?}}}"),
            format!("job_duration_seconds{{job={name:?}}}"),
            format!("job_last_success_timestamp_seconds{{job={name:?}}}"),
            format!("job_in_progress{{job={name:?}}}"),
        ],
    };
    metrics.extend(arguments.metrics.iter().map(shown));
    let metrics: Vec<_> = metrics.iter().map(|metric| format!("`{metric}`")).collect();
    let mut queries = queries(role, name, &subject);
    queries.extend(arguments.metrics.iter().flat_map(metric_queries));
    let doc =
        format!("\n\nMetrics: {}.\n\n```promql\n{}\n```", metrics.join(", "), queries.join("\n"));
    own!(#[doc = #doc])
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
