//! What is said about wrong values, and that it says no secret.

use std::ffi::OsString;

use obskit::config::{Config, VARIABLES, Variable};
use proptest::collection::vec;
use proptest::prelude::*;

use super::problem;

#[test]
fn each_names_the_variable_what_was_found_and_what_is_accepted() {
    let check = |name: &str, text: &str, expected: &str| {
        assert_eq!(problem(&[(name, text)]), format!("{name} is {expected}"));
    };
    check("LOG_LEVEL", "loud", r#""loud"; accepted: error, warn, info, debug or trace"#);
    check("OBSKIT_SERIES_LIMIT", "x", r#""x"; accepted: an integer from 1 to 1000000"#);
    check(
        "OBSKIT_SERIES_LIMIT",
        "0",
        r#""0": it is out of bounds; accepted: an integer from 1 to 1000000"#,
    );
    let time = "accepted: a number with its unit, as 250ms, 10s or 1m; at most 5m";
    check("OBSKIT_DRAIN_DELAY", "10", &format!(r#""10": it has no unit; {time}"#));
    check("OBSKIT_DRAIN_DELAY", "6m", &format!(r#""6m": it is out of bounds; {time}"#));
    check("OBSKIT_NATIVE_HISTOGRAMS", "1", r#""1"; accepted: true or false"#);
    let token = "[hidden]; accepted: 16 to 1024 visible ASCII characters";
    check("OBSKIT_ADMIN_TOKEN", "swordfish", token);
    check(
        "SENTRY_DSN",
        "https://swordfish@host/x",
        "[hidden]: its project id is no number; accepted: https://<public key>@<host>/<project id>",
    );
    check(
        "OTEL_EXPORTER_OTLP_LOGS_HEADERS",
        "authorization",
        "[hidden]: an item has no =; accepted: name=value pairs separated by commas, \
         percent-encoded",
    );
}

#[test]
fn every_wrong_value_is_reported() {
    for (name, text) in [
        ("LOG_LEVEL", "off"),
        ("LOG_FORMAT", "xml"),
        ("OBSKIT_LOG_OUTPUT", "syslog"),
        ("OBSKIT_LOG_FILE_SIZE", "1KiB"),
        ("OBSKIT_LOG_FILES", "0"),
        ("OBSKIT_LOG_BUFFER", "2GiB"),
        ("OBSKIT_ACCESS_LOG", "on"),
        ("RUST_LOG", "a=loud"),
        ("OBSKIT_ACCESS_LOG_SAMPLE", "1.1"),
        ("OBSKIT_SLOW_REQUEST", "6m"),
        ("OBSKIT_LOG_FLOOD", "100"),
        ("OBSKIT_FLIGHT_RECORDER", "a=loud"),
        ("OBSKIT_REDACT_FIELDS", "a,__"),
        ("OBSKIT_REDACT_ALLOW", "1"),
        ("SENTRY_SAMPLE_RATE", "2"),
        ("SENTRY_TRACES_SAMPLE_RATE", "x"),
        ("OBSKIT_TRUST", "some"),
        ("OBSKIT_EGRESS", "http://a"),
        ("OBSKIT_EGRESS_BAGGAGE", "a:80"),
        ("OBSKIT_ACCEPT_REQUEST_ID", "yes"),
        ("OBSKIT_METRIC_NAMING", "statsd"),
        ("OBSKIT_ENDPOINT_LIMIT", "100001"),
        ("OBSKIT_LATENCY_BUCKETS", "1,0.5"),
        ("OBSKIT_BODY_SIZES", "on"),
        ("OBSKIT_COLLECT_PROCESS", "0"),
        ("OBSKIT_COLLECT_RUNTIME", "no"),
        ("OBSKIT_ADMIN_ADDR", "localhost:9464"),
        ("OBSKIT_ADMIN_ALLOW", "10.0.0.0/33"),
        ("OBSKIT_SHUTDOWN_DEADLINE", "soon"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "bad name=1"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=%0a"),
    ] {
        let found = problem(&[(name, text)]);
        assert!(found.starts_with(&format!("{name} is ")), "{found}");
    }
}

#[test]
fn each_pattern_that_is_wrong_is_told() {
    let found = problem(&[("OBSKIT_REDACT_PATTERNS", "a ( b [ (?=c)")]);
    let accepted = "accepted: at most 64 regular expressions of 1 KiB, 1 MiB compiled";
    for flaw in ["2 is \"(\": unclosed group", "4 is \"[\": unclosed character class"] {
        let expected = format!("OBSKIT_REDACT_PATTERNS: pattern {flaw}; {accepted}");
        assert!(found.contains(&expected), "{found}");
    }
    let found = problem(&[("OBSKIT_REDACT_PATTERNS", &"a ".repeat(65))]);
    assert_eq!(found, format!("OBSKIT_REDACT_PATTERNS: 65 are given; {accepted}"));
}

#[test]
fn what_code_sets_is_checked_as_well() {
    let check = |set: fn(&mut obskit::config::Redaction), expected: &str| {
        let mut config = Config::default();
        set(&mut config.redaction);
        let found = config.validate().unwrap_err().to_string();
        assert!(found.starts_with(expected), "{found}");
    };
    check(|it| it.patterns.push("(".to_owned()), "redaction.patterns: pattern 1 is \"(\": ");
    check(|it| it.fields.push(String::new()), "redaction.fields is \"\"; accepted: names of 1");
    check(|it| it.allow.push("_".to_owned()), "redaction.allow is \"_\"; accepted: ");
    check(|it| it.query_allow = vec!["a".to_owned(); 257], "redaction.query_allow is 257; ");
}

#[test]
fn all_are_reported_together_and_once() {
    let found = problem(&[
        ("LOG_LEVEL", "loud"),
        ("OBSKIT_SERIES_LIMIT", "none"),
        // Wrong for three signals, told once.
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "none"),
    ]);
    assert!(found.starts_with("3 settings are wrong:\n"), "{found}");
    assert_eq!(found.lines().count(), 4, "{found}");
    for name in ["LOG_LEVEL", "OBSKIT_SERIES_LIMIT", "OTEL_EXPORTER_OTLP_ENDPOINT"] {
        assert_eq!(found.matches(name).count(), 1, "{found}");
    }
}

#[test]
fn half_a_client_certificate_is_told_by_its_variable() {
    let found = problem(&[("OTEL_EXPORTER_OTLP_CLIENT_KEY", "/key.pem")]);
    let start = r#"OTEL_EXPORTER_OTLP_CLIENT_KEY is "/key.pem": "#;
    assert!(found.starts_with(start) && found.lines().count() == 1, "{found}");
    let found = problem(&[("OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE", "/chain.pem")]);
    assert!(found.starts_with("OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE is "), "{found}");
}

#[test]
fn a_long_value_is_cut_and_control_characters_are_escaped() {
    let found = problem(&[("LOG_LEVEL", &"ü".repeat(10_000))]);
    assert!(found.len() < 300 && found.contains('…'), "{found}");
    let found = problem(&[("LOG_LEVEL", "a\u{1b}[31m\nb")]);
    assert!(!found.contains(['\u{1b}', '\n']), "{found}");
}

#[cfg(unix)]
#[test]
fn a_value_that_is_no_text_is_reported_for_every_variable() {
    use std::os::unix::ffi::OsStringExt;
    for name in VARIABLES.iter().flat_map(Variable::names) {
        let value = OsString::from_vec(vec![b's', 0xff]);
        // Without a sampler its argument is not read, so it is no text of the sampler's.
        let sampler = ("OTEL_TRACES_SAMPLER".to_owned(), OsString::from("traceidratio"));
        let said = match Config::from_environment(&[(name.clone(), value), sampler]) {
            Ok(config) => config.warnings.concat(),
            Err(error) => error.to_string(),
        };
        assert!(said.starts_with(&format!("{name} is not UTF-8; accepted: ")), "{name}: {said}");
    }
}

#[test]
fn a_secret_that_is_right_is_not_printed_either() {
    let pairs = [
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer swordfish"),
        ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x-api-key=swordfish"),
        ("SENTRY_DSN", "https://swordfish:swordfish@errors.example.com/1"),
        ("OBSKIT_ADMIN_TOKEN", "swordfish-swordfish"),
    ];
    let config = super::config(&pairs);
    assert!(config.admin.token.is_some() && config.reports.dsn.is_some());
    let printed = format!("{config:?} {config:#?}");
    assert!(printed.contains("x-api-key") && !printed.contains("swordfish"), "{printed}");
}

/// Texts near what the parsers look for, and any others.
fn text() -> impl Strategy<Value = String> {
    let near = "[a-z0-9%=,:/@. *\\[\\]-]{0,40}";
    prop_oneof![any::<String>(), near.prop_map(String::from)]
}

/// Few, for each reads the environment some hundred times.
fn cases() -> ProptestConfig {
    ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn no_text_makes_it_panic_and_what_it_accepts_is_valid(texts in vec(text(), 128)) {
        let names = VARIABLES.iter().flat_map(Variable::names);
        let pairs: Vec<_> = names.zip(texts).collect();
        prop_assert!(pairs.len() > 90);
        // One by one, for a single wrong variable hides what the rest would become.
        for pair in &pairs {
            if let Ok(config) = Config::from_environment(&std::slice::from_ref(pair)) {
                prop_assert!(config.validate().is_ok(), "{pair:?}");
            }
        }
        let _ = Config::from_environment(&pairs);
    }

    #[test]
    fn no_secret_is_told(before in text(), after in text()) {
        const SECRET: &str = "swordfish";
        let text = format!("{before}{SECRET}{after}");
        for variable in VARIABLES.iter().filter(|variable| variable.secret) {
            for name in variable.names() {
                let said = match Config::from_environment(&[(&name, &text)]) {
                    Ok(config) => format!("{config:?} {:?}", config.warnings),
                    Err(error) => format!("{error} {error:?}"),
                };
                // The name of a header, the hosts of a DSN and of a proxy are none, where taken.
                let public = ["headers: [(", "dsn: Some(", "https: Some(", "http: Some("];
                let public = public.iter().any(|taken| said.contains(taken));
                prop_assert!(public || !said.contains(SECRET), "{name}: {said}");
            }
        }
    }

    #[test]
    fn no_password_in_a_url_is_told(text in text()) {
        let url = format!("http://user:swordfish@{text}");
        for name in VARIABLES.iter().flat_map(Variable::names) {
            if let Err(error) = Config::from_environment(&[(&name, &url)]) {
                prop_assert!(!error.to_string().contains("swordfish"), "{name}: {error}");
            }
        }
    }
}
