//! What holds when nothing, or the default itself, is set.

use std::time::Duration;

use obskit::config::{
    AdminAddr, Config, Exporter, LogFormat, LogOutput, Naming, Propagator, RootSampler, Sampler,
    Signal, Trust, VARIABLES,
};

use super::config;

#[test]
fn of_context_and_metrics() {
    let config = Config::default();
    config.validate().unwrap();
    assert!(!config.disabled && config.warnings.is_empty());
    let program = std::env::current_exe().unwrap();
    let program = program.file_name().unwrap().display();
    assert_eq!(config.service.name, format!("unknown_service:{program}"));
    assert_eq!(config.context.trust, Trust::All);
    assert_eq!(config.context.propagators, [Propagator::TraceContext, Propagator::Baggage]);
    assert!(config.context.egress.context_to("anywhere.example"));
    assert!(!config.context.egress.baggage_to("anywhere.example"));
    assert!(config.context.accept_request_id);
    assert_eq!(config.metrics.naming, Naming::Prometheus);
    assert_eq!((config.metrics.series_limit, config.metrics.endpoint_limit), (2_000, 1_000));
    assert!(config.metrics.exemplars && !config.metrics.native_histograms);
}

#[test]
fn of_traces_and_logs() {
    let config = Config::default();
    assert_eq!(config.traces.sampler, Sampler::ParentBased(RootSampler::AlwaysOn));
    assert_eq!(config.traces.exporter, Exporter::Otlp);
    assert_eq!(config.traces.otlp.url(Signal::Traces), "http://localhost:4318/v1/traces");
    assert_eq!(config.traces.batch.schedule_delay, Duration::from_secs(5));
    assert_eq!(config.logs.level, tracing::Level::INFO);
    assert_eq!(config.logs.format, LogFormat::Auto);
    assert_eq!(config.logs.output, LogOutput::Stdout);
    assert_eq!(config.logs.buffer, 8 << 20);
    assert_eq!(config.logs.batch.schedule_delay, Duration::from_secs(1));
}

#[test]
fn of_reports_and_admin() {
    let config = Config::default();
    assert!(config.reports.dsn.is_none());
    assert_eq!(config.admin.addr, AdminAddr::from(([127, 0, 0, 1], 9464)));
    assert!(config.admin.token.is_none() && config.admin.allow.is_empty());
}

/// The default in the table is what an unset variable means: setting it changes nothing.
#[test]
fn the_table_tells_them() {
    let expected = format!("{:?}", Config::default());
    let literal = |default: &str| !default.is_empty() && !default.starts_with('(');
    let mut checked = 0;
    for variable in VARIABLES.iter().filter(|variable| literal(variable.default)) {
        for name in variable.names() {
            let found = config(&[(&name, variable.default)]);
            assert_eq!(format!("{found:?}"), expected, "{name}");
            checked += 1;
        }
    }
    assert!(checked > 40, "{checked}");
}

#[test]
fn empty_is_unset() {
    let expected = format!("{:?}", Config::default());
    for empty in ["", " ", "\t\n"] {
        let names = VARIABLES.iter().flat_map(obskit::config::Variable::names);
        let pairs: Vec<_> = names.map(|name| (name, empty)).collect();
        let found = Config::from_environment(&pairs).unwrap();
        assert_eq!(format!("{found:?}"), expected);
    }
}
