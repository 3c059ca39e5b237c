//! What `OBSKIT_*`, `LOG_*` and `SENTRY_*` set.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use obskit::config::{
    Capture, Config, Detail, Environment, FlightRecorder, LogFile, LogFormat, LogOutput, Naming,
    ProcessEnvironment, Reports, Trust,
};
use tracing::Level;
use tracing::level_filters::LevelFilter;

use super::config;

#[test]
fn logs() {
    let check = |format: &str, expected| {
        assert_eq!(config(&[("LOG_FORMAT", format)]).logs.format, expected, "{format}");
    };
    check("app", LogFormat::App);
    check("OTEL", LogFormat::Otel);
    check("ecs", LogFormat::Ecs);
    check("gcp", LogFormat::Gcp);
    check("logfmt", LogFormat::Logfmt);
    check("Pretty", LogFormat::Pretty);
    let check = |level: &str, expected| {
        assert_eq!(config(&[("LOG_LEVEL", level)]).logs.level, expected, "{level}");
    };
    check("error", Level::ERROR);
    check("WARN", Level::WARN);
    check("info", Level::INFO);
    check("debug", Level::DEBUG);
    check(" trace ", Level::TRACE);
    let directives = config(&[("RUST_LOG", "warn,a::b=debug")]).logs.directives;
    assert_eq!(directives.as_deref(), Some("warn,a::b=debug"));
}

#[test]
fn redaction() {
    let redaction = config(&[
        ("OBSKIT_REDACT_FIELDS", "e-mail, birth_date,"),
        ("OBSKIT_REDACT_ALLOW", "gpio_pin"),
        ("OBSKIT_REDACT_PATTERNS", "EMP-\\d{2,6}\n (?i)cust_[0-9a-f]{16}\t"),
        ("OBSKIT_REDACT_QUERY_ALLOW", "page,limit"),
    ])
    .redaction;
    assert_eq!(redaction.fields, ["e-mail", "birth_date"]);
    assert_eq!(redaction.allow, ["gpio_pin"]);
    assert_eq!(redaction.patterns, [r"EMP-\d{2,6}", "(?i)cust_[0-9a-f]{16}"]);
    assert_eq!(redaction.query_allow, ["page", "limit"]);
}

#[test]
fn access_lines_floods_and_the_recorder() {
    let logs = config(&[
        ("OBSKIT_ACCESS_LOG", "false"),
        ("OBSKIT_ACCESS_LOG_SAMPLE", "0.25"),
        ("OBSKIT_SLOW_REQUEST", "250ms"),
        ("OBSKIT_LOG_FLOOD", "7/1m"),
        ("OBSKIT_FLIGHT_RECORDER", "debug,hyper=off"),
    ])
    .logs;
    assert_eq!((logs.access.enabled, logs.access.sample), (false, 0.25));
    assert_eq!(logs.access.slow, Some(Duration::from_millis(250)));
    assert_eq!((logs.flood.lines, logs.flood.window), (7, Duration::from_mins(1)));
    let recorder = logs.recorder.unwrap();
    assert_eq!(recorder.directives, "debug,hyper=off");
    assert_eq!((recorder.lines, recorder.bytes), (64, 32 << 10));
    let off = config(&[("OBSKIT_LOG_FLOOD", "off"), ("OBSKIT_FLIGHT_RECORDER", "Off")]).logs;
    assert_eq!((off.flood.lines, off.recorder), (0, None));
}

#[test]
fn log_output() {
    let check = |text: &str, expected| {
        assert_eq!(config(&[("OBSKIT_LOG_OUTPUT", text)]).logs.output, expected, "{text}");
    };
    check("stdout", LogOutput::Stdout);
    check("Stderr", LogOutput::Stderr);
    check("/var/log/a.log", LogOutput::File(LogFile::new("/var/log/a.log")));
    check("file:a.log", LogOutput::File(LogFile::new("a.log")));
    let config = config(&[
        ("OBSKIT_LOG_OUTPUT", "./a.log"),
        ("OBSKIT_LOG_FILE_SIZE", "1GiB"),
        ("OBSKIT_LOG_FILES", "3"),
        ("OBSKIT_LOG_BUFFER", "65536"),
    ]);
    let LogOutput::File(file) = config.logs.output else { panic!("no file") };
    assert_eq!((file.max_bytes, file.keep, config.logs.buffer), (1 << 30, 3, 64 << 10));
}

#[test]
fn reports() {
    let config = config(&[
        ("SENTRY_DSN", "https://abc@errors.example.com/9"),
        ("SENTRY_ENVIRONMENT", "staging"),
        ("SENTRY_RELEASE", "workouts@1.2.3"),
        ("SENTRY_TRACES_SAMPLE_RATE", "0.25"),
        ("SENTRY_SAMPLE_RATE", "0.5"),
        ("SENTRY_SERVER_NAME", "a-1"),
        ("OBSKIT_REPORT_HEADERS", "Accept, x-tenant"),
        ("OBSKIT_REPORT_IN_APP", "workouts, lib::db::"),
    ]);
    let reports = config.reports;
    let dsn = reports.dsn.unwrap();
    assert_eq!(dsn.envelope_url(), "https://errors.example.com/api/9/envelope/");
    assert_eq!(dsn.public_key().expose(), "abc");
    assert_eq!(reports.environment.as_deref(), Some("staging"));
    assert_eq!(reports.release.as_deref(), Some("workouts@1.2.3"));
    assert_eq!((reports.traces_sample_rate, reports.sample_rate), (0.25, 0.5));
    assert_eq!(reports.server_name.as_deref(), Some("a-1"));
    assert_eq!(reports.headers, ["accept", "x-tenant"]);
    assert_eq!(reports.in_app, ["workouts", "lib::db::"]);
    let none = self::config(&[("OBSKIT_REPORT_HEADERS", "None")]);
    assert_eq!(none.reports.headers, [""; 0]);
}

#[test]
fn code_is_validated_for_reports_too() {
    let check = |set: fn(&mut Reports), field: &str| {
        let mut config = Config::default();
        set(&mut config.reports);
        let error = config.validate().unwrap_err().to_string();
        assert!(error.starts_with(field), "{field}: {error}");
    };
    check(|reports| reports.release = Some("a/b".into()), "reports.release is malformed");
    check(|reports| reports.release = Some("a".repeat(201)), "reports.release");
    check(|reports| reports.environment = Some(" ".into()), "reports.environment");
    check(|reports| reports.environment = Some("a".repeat(65)), "reports.environment");
    check(|reports| reports.server_name = Some("a\nb".into()), "reports.server_name");
    check(|reports| reports.headers = vec!["a b".into()], "reports.headers");
    check(|reports| reports.headers = vec!["a".into(); 33], "reports.headers");
    check(|reports| reports.in_app = vec!["a-b".into()], "reports.in_app");
    check(|reports| reports.in_app = vec!["a".into(); 65], "reports.in_app");
    check(|reports| reports.in_app = vec![String::new()], "reports.in_app");
    check(|reports| reports.queue_size = 0, "reports.queue_size");
    check(|reports| reports.queue_bytes = 0, "reports.queue_bytes");
}

#[test]
fn context() {
    let config = config(&[
        ("OBSKIT_TRUST", "10.0.0.0/8, ::1"),
        ("OBSKIT_EGRESS", "*.example.com"),
        ("OBSKIT_EGRESS_BAGGAGE", "billing.example.com, elsewhere"),
        ("OBSKIT_ACCEPT_REQUEST_ID", "FALSE"),
    ]);
    let context = config.context;
    assert!(context.trust.admits(Some("::ffff:10.9.8.7".parse().unwrap())));
    assert!(!context.trust.admits(Some("192.0.2.1".parse().unwrap())));
    assert!(!context.trust.admits(None));
    assert!(context.egress.context_to("api.example.com"));
    assert!(!context.egress.context_to("api.example.org"));
    assert!(context.egress.baggage_to("billing.example.com"));
    assert!(!context.egress.baggage_to("elsewhere"), "context does not go there");
    assert!(!context.accept_request_id);
    assert_eq!(super::config(&[("OBSKIT_TRUST", "None")]).context.trust, Trust::None);
}

#[test]
fn metrics() {
    let config = config(&[
        ("OBSKIT_METRIC_NAMING", "OpenTelemetry"),
        ("OBSKIT_SERIES_LIMIT", "7"),
        ("OBSKIT_ENDPOINT_LIMIT", "100000"),
        ("OBSKIT_LATENCY_BUCKETS", "0.1, 1"),
        ("OBSKIT_NATIVE_HISTOGRAMS", "true"),
        ("OBSKIT_BODY_SIZES", "true"),
        ("OBSKIT_COLLECT_PROCESS", "false"),
        ("OBSKIT_COLLECT_RUNTIME", "false"),
    ]);
    let metrics = config.metrics;
    assert_eq!(metrics.naming, Naming::OpenTelemetry);
    assert_eq!((metrics.series_limit, metrics.endpoint_limit), (7, 100_000));
    assert_eq!(metrics.latency_buckets, [0.1, 1.0]);
    assert!(metrics.native_histograms && metrics.body_sizes);
    assert!(!metrics.collect_process && !metrics.collect_runtime);
}

#[test]
fn traces() {
    let config = config(&[
        ("OBSKIT_TRACE_ROUTES", "/healthz=0, /users/{id}=0.5"),
        ("OBSKIT_TRACE_KEEP", "failed,slow:500ms"),
        ("OBSKIT_TRACE_SPANS", "warn,sqlx=debug"),
        ("OBSKIT_TRACE_EVENTS", "Info"),
        ("OBSKIT_TRACE_DETAILS", "location,timings,location"),
        ("OBSKIT_TRACE_CAPTURE", "url.path,client.address"),
        ("OBSKIT_OTLP_QUEUE_BYTES", "1MiB"),
    ]);
    let traces = config.traces;
    let routes = [("/healthz".to_owned(), 0.0), ("/users/{id}".to_owned(), 0.5)];
    assert_eq!(traces.routes, routes);
    let keep = traces.keep.unwrap();
    assert_eq!((keep.failed, keep.slow), (true, Some(Duration::from_millis(500))));
    assert_eq!(traces.directives, "warn,sqlx=debug");
    assert_eq!(traces.events, LevelFilter::INFO);
    assert_eq!(traces.details, [Detail::Location, Detail::Timings]);
    assert_eq!(traces.capture, [Capture::UrlPath, Capture::ClientAddress]);
    assert_eq!((traces.batch.queue_bytes, config.logs.batch.queue_bytes), (1 << 20, 1 << 20));
    let off = super::config(&[("OBSKIT_TRACE_KEEP", "off"), ("OBSKIT_TRACE_EVENTS", "off")]).traces;
    assert_eq!((off.keep, off.events), (None, LevelFilter::OFF));
}

#[test]
fn admin_doctor_and_shutdown() {
    let config = config(&[
        ("OBSKIT_ADMIN_ADDR", "[::]:0"),
        ("OBSKIT_ADMIN_TOKEN", "sixteen-bytes-ok"),
        ("OBSKIT_ADMIN_ALLOW", "10.0.0.0/8"),
        ("OBSKIT_DOCTOR", "false"),
        ("OBSKIT_DRAIN_DELAY", "250ms"),
        ("OBSKIT_SHUTDOWN_DEADLINE", "1m"),
    ]);
    assert_eq!(config.admin.addr, "[::]:0".parse().unwrap());
    assert_eq!(config.admin.token.unwrap().expose(), "sixteen-bytes-ok");
    assert!(config.admin.allow.contains([10, 0, 0, 1].into()));
    assert!(!config.doctor.at_start);
    assert_eq!(config.shutdown.drain_delay, Duration::from_millis(250));
    assert_eq!(config.shutdown.deadline, Duration::from_mins(1));
}

#[test]
fn every_kind_of_map_is_an_environment() {
    fn check(environment: &impl Environment) {
        let config = Config::from_environment(environment).unwrap();
        assert_eq!(config.metrics.series_limit, 9);
    }
    let pairs = [("OBSKIT_SERIES_LIMIT", "9")];
    check(&pairs);
    check(&pairs.as_slice());
    check(&pairs.to_vec());
    check(&HashMap::from(pairs));
    check(&BTreeMap::from(pairs));
    check(&[("OBSKIT_SERIES_LIMIT".to_owned(), "9".to_owned())]);
    check(&[("OBSKIT_SERIES_LIMIT", "9"), ("OBSKIT_SERIES_LIMIT", "10")]);
}

#[test]
fn the_process_is_an_environment_too() {
    let found = ProcessEnvironment.get("CARGO_MANIFEST_DIR");
    assert_eq!(found, Some(env!("CARGO_MANIFEST_DIR").into()));
    assert_eq!(ProcessEnvironment.get("OBSKIT_NO_SUCH_VARIABLE"), None);
}

/// A change in code is held to the same bounds.
#[test]
fn code_is_validated_whole() {
    let mut config = Config::default();
    config.service.name = " ".to_owned();
    config.metrics.series_limit = 0;
    config.metrics.latency_buckets = vec![1.0, 0.5];
    config.traces.sampler = obskit::config::Sampler::Ratio(f64::NAN);
    config.traces.routes = vec![("/a".to_owned(), -1.0)];
    config.traces.directives = "a=loud".to_owned();
    config.traces.batch.queue_bytes = 1;
    config.traces.batch.batch_size = config.traces.batch.queue_size + 1;
    config.logs.otlp.endpoint = Some(http::Uri::from_static("/v1/logs"));
    config.metrics.otlp.client_key = Some("key.pem".into());
    config.reports.sample_rate = 1.5;
    config.admin.token = Some("short-token".to_owned().into());
    config.shutdown.deadline = Duration::from_secs(301);
    let mut file = LogFile::new("a.log");
    (file.max_bytes, file.keep) = (1, 0);
    config.logs.output = LogOutput::File(file);
    config.logs.buffer = 1;
    let error = config.validate().unwrap_err().to_string();
    assert!(error.starts_with("16 settings are wrong:\n"), "{error}");
    for field in [
        "service.name",
        "metrics.series_limit is 0; accepted: 1 to 1000000",
        "metrics.latency_buckets is [1.0, 0.5]",
        "traces.sampler is NaN",
        "traces.routes, for \"/a\", is -1; accepted: 0 to 1",
        "traces.directives: \"a=loud\" names no level",
        "traces.batch.queue_bytes is 1; accepted: 65536 to 1073741824",
        "traces.batch.batch_size is 2049; accepted: 1 to 2048",
        "logs.otlp.endpoint",
        "logs.buffer is 1; accepted: 65536 to 1073741824",
        "logs.output.max_bytes is 1; accepted: 65536 to 1099511627776",
        "logs.output.keep is 0; accepted: 1 to 1000",
        "metrics.otlp is half a client certificate",
        "reports.sample_rate is 1.5; accepted: 0 to 1",
        "admin.token is [hidden]",
        "shutdown.deadline is 301s; accepted: at most 300s",
    ] {
        assert!(error.contains(field), "{field} in {error}");
    }
    assert!(!error.contains("short-token"));
}

#[test]
fn code_is_validated_for_logs_too() {
    let mut config = Config::default();
    config.logs.access.sample = f64::NAN;
    config.logs.access.routes = vec![("/users/{id}".to_owned(), 0.5), ("/".to_owned(), 2.0)];
    config.logs.flood.window = Duration::from_secs(3_601);
    let mut recorder = FlightRecorder::default();
    recorder.directives = "a=loud".to_owned();
    (recorder.lines, recorder.bytes) = (0, 1 << 21);
    config.logs.recorder = Some(recorder);
    let error = config.validate().unwrap_err().to_string();
    assert!(error.starts_with("6 settings are wrong:\n"), "{error}");
    for field in [
        "logs.access.sample is NaN; accepted: 0 to 1",
        r#"logs.access.routes, for "/", is 2; accepted: 0 to 1"#,
        "logs.flood.window is 3601s; accepted: 1s to 1h",
        "logs.recorder.lines is 0; accepted: 1 to 4096",
        "logs.recorder.bytes is 2097152; accepted: 1024 to 1048576",
        r#"logs.recorder.directives: "a=loud" names no level"#,
    ] {
        assert!(error.contains(field), "{field} in {error}");
    }
}
