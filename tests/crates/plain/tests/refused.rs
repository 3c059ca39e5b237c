//! T10: what the build cannot do is an error that names the feature, and not a silence.

use obskit::Telemetry;
use obskit::config::Config;

#[track_caller]
fn check(variable: &str, value: &str, feature: &str) {
    let config = Config::from_environment(&[(variable, value)]).unwrap();
    let error = Telemetry::build(config).unwrap_err();
    assert!(error.is_config(), "{error:?}");
    assert!(error.to_string().contains(feature), "{error}");
}

#[test]
fn what_needs_a_feature_is_refused_without_it() {
    check("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector:4318", "\"tls\"");
    check("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://collector", "\"tls\"");
    check("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "\"otlp-grpc\"");
}

#[test]
fn http_is_taken() {
    let endpoint = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")];
    Telemetry::build(Config::from_environment(&endpoint).unwrap()).unwrap();
}

#[test]
fn a_dsn_is_told_to_have_no_effect() {
    let dsn = [("SENTRY_DSN", "https://f00d@sentry.example.com/42")];
    let telemetry = Telemetry::build(Config::from_environment(&dsn).unwrap()).unwrap();
    let warnings = &telemetry.config().warnings;
    assert!(matches!(&warnings[..], [one] if one.contains("\"sentry\"")), "{warnings:?}");
    assert!(!warnings[0].contains("f00d"), "{warnings:?}");
}
