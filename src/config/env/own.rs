//! `LOG_*`, `RUST_LOG`, `SENTRY_*` and `OBSKIT_*`: what is wrong in them is an error.

use std::path::PathBuf;
use std::time::Duration;

use tracing::Level;
use tracing::level_filters::LevelFilter;

use super::otel::set;
use super::parse;
use super::reader::Reader;
use crate::config::{
    AccessLines, Admin, Batch, Capture, Config, Detail, Dsn, FlightRecorder, Health, LogFile,
    LogFormat, LogOutput, Logs, Metrics, Naming, Patterns, Propagation, Redaction, Reports,
    Shutdown, Traces, Trust,
};

pub(super) fn read(reader: &mut Reader<'_>, config: &mut Config) {
    set(
        &mut config.service.detectors,
        reader.strict("OBSKIT_RESOURCE_DETECTORS", parse::detectors),
    );
    logs(reader, &mut config.logs);
    output(reader, &mut config.logs);
    requests(reader, &mut config.logs);
    redaction(reader, &mut config.redaction);
    reports(reader, &mut config.reports);
    context(reader, &mut config.context);
    metrics(reader, &mut config.metrics);
    traces(reader, &mut config.traces);
    queues(reader, config);
    admin(reader, &mut config.admin);
    health(reader, &mut config.health);
    set(&mut config.doctor.at_start, reader.strict("OBSKIT_DOCTOR", parse::boolean));
    shutdown(reader, &mut config.shutdown);
}

fn logs(reader: &mut Reader<'_>, logs: &mut Logs) {
    let directives = |text: &str| parse::directives(text).map(str::to_owned);
    logs.directives = reader.strict("RUST_LOG", directives);
    let levels = [
        ("error", Level::ERROR),
        ("warn", Level::WARN),
        ("info", Level::INFO),
        ("debug", Level::DEBUG),
        ("trace", Level::TRACE),
    ];
    set(&mut logs.level, reader.strict("LOG_LEVEL", |text| parse::one_of(text, &levels)));
    let formats = [
        ("auto", LogFormat::Auto),
        ("app", LogFormat::App),
        ("otel", LogFormat::Otel),
        ("ecs", LogFormat::Ecs),
        ("gcp", LogFormat::Gcp),
        ("logfmt", LogFormat::Logfmt),
        ("pretty", LogFormat::Pretty),
    ];
    set(&mut logs.format, reader.strict("LOG_FORMAT", |text| parse::one_of(text, &formats)));
}

fn output(reader: &mut Reader<'_>, logs: &mut Logs) {
    set(&mut logs.output, reader.strict("OBSKIT_LOG_OUTPUT", parse::output));
    let buffer = reader.strict("OBSKIT_LOG_BUFFER", |text| parse::size(text, &Logs::BUFFER));
    set(&mut logs.buffer, buffer);
    let bytes = reader.strict("OBSKIT_LOG_FILE_SIZE", |text| parse::size(text, &LogFile::BYTES));
    let keep = reader.strict("OBSKIT_LOG_FILES", |text| parse::integer(text, &LogFile::KEEP));
    if let LogOutput::File(file) = &mut logs.output {
        set(&mut file.max_bytes, bytes);
        set(&mut file.keep, keep);
    }
}

fn requests(reader: &mut Reader<'_>, logs: &mut Logs) {
    set(&mut logs.access.enabled, reader.strict("OBSKIT_ACCESS_LOG", parse::boolean));
    set(&mut logs.access.sample, reader.strict("OBSKIT_ACCESS_LOG_SAMPLE", parse::share));
    let slow = |text: &str| parse::duration(text, &(Duration::ZERO..=AccessLines::SLOWEST));
    logs.access.slow = reader.strict("OBSKIT_SLOW_REQUEST", slow);
    set(&mut logs.flood, reader.strict("OBSKIT_LOG_FLOOD", parse::flood));
    let recorder = reader.strict("OBSKIT_FLIGHT_RECORDER", |text| match parse::directives(text)? {
        "off" => Ok(None),
        text => Ok(Some(FlightRecorder { directives: text.to_owned(), ..Default::default() })),
    });
    set(&mut logs.recorder, recorder);
}

fn redaction(reader: &mut Reader<'_>, redaction: &mut Redaction) {
    const PATTERNS: &str = "OBSKIT_REDACT_PATTERNS";
    let mut names = |name| reader.strict(name, parse::names);
    set(&mut redaction.fields, names("OBSKIT_REDACT_FIELDS"));
    set(&mut redaction.allow, names("OBSKIT_REDACT_ALLOW"));
    set(&mut redaction.query_allow, names("OBSKIT_REDACT_QUERY_ALLOW"));
    let words = |text: &str| Ok(text.split_whitespace().map(str::to_owned).collect());
    let patterns: Vec<String> = reader.strict(PATTERNS, words).unwrap_or_default();
    match Patterns::new(&patterns) {
        Ok(_) => redaction.patterns = patterns,
        Err(flaws) => flaws.iter().for_each(|flaw| reader.flaw(PATTERNS, flaw)),
    }
}

fn reports(reader: &mut Reader<'_>, reports: &mut Reports) {
    reports.dsn = reader.strict("SENTRY_DSN", Dsn::parse);
    reports.environment = reader.strict("SENTRY_ENVIRONMENT", |text| Ok(text.to_owned()));
    reports.release = reader.strict("SENTRY_RELEASE", |text| Ok(text.to_owned()));
    let rate = reader.strict("SENTRY_TRACES_SAMPLE_RATE", parse::share);
    set(&mut reports.traces_sample_rate, rate);
    set(&mut reports.sample_rate, reader.strict("SENTRY_SAMPLE_RATE", parse::share));
    let path = |text: &str| Ok(PathBuf::from(text));
    reports.certificate = reader.strict("OBSKIT_REPORT_CERTIFICATE", path);
    reports.server_name = reader.strict("SENTRY_SERVER_NAME", |text| Ok(text.to_owned()));
    set(&mut reports.headers, reader.strict("OBSKIT_REPORT_HEADERS", parse::headers));
    set(&mut reports.in_app, reader.strict("OBSKIT_REPORT_IN_APP", parse::prefixes));
    set(&mut reports.sessions, reader.strict("OBSKIT_REPORT_SESSIONS", parse::boolean));
}

fn context(reader: &mut Reader<'_>, context: &mut Propagation) {
    let trust = reader.strict("OBSKIT_TRUST", |text| {
        let modes = [("all", 0), ("none", 1)];
        match parse::one_of(text, &modes) {
            Ok(0) => Ok(Trust::All),
            Ok(_) => Ok(Trust::None),
            Err(_) => text.parse().map(Trust::Networks).map_err(|_| ""),
        }
    });
    set(&mut context.trust, trust);
    let hosts = |text: &str| text.parse().map_err(|_| "");
    set(&mut context.egress.context, reader.strict("OBSKIT_EGRESS", hosts));
    set(&mut context.egress.baggage, reader.strict("OBSKIT_EGRESS_BAGGAGE", hosts));
    let accept = reader.strict("OBSKIT_ACCEPT_REQUEST_ID", parse::boolean);
    set(&mut context.accept_request_id, accept);
}

fn metrics(reader: &mut Reader<'_>, metrics: &mut Metrics) {
    let namings = [("prometheus", Naming::Prometheus), ("opentelemetry", Naming::OpenTelemetry)];
    let naming = reader.strict("OBSKIT_METRIC_NAMING", |text| parse::one_of(text, &namings));
    set(&mut metrics.naming, naming);
    let mut limit = |name, of| reader.strict(name, |text| parse::integer(text, &of));
    set(&mut metrics.series_limit, limit("OBSKIT_SERIES_LIMIT", Metrics::SERIES));
    set(&mut metrics.endpoint_limit, limit("OBSKIT_ENDPOINT_LIMIT", Metrics::ENDPOINTS));
    let buckets = reader.strict("OBSKIT_LATENCY_BUCKETS", parse::buckets);
    set(&mut metrics.latency_buckets, buckets);
    let slow = |text: &str| parse::duration(text, &(Duration::ZERO..=Metrics::SLOWEST));
    set(&mut metrics.slow_dependency, reader.strict("OBSKIT_SLOW_DEPENDENCY", slow));
    let mut switch = |name| reader.strict(name, parse::boolean);
    set(&mut metrics.native_histograms, switch("OBSKIT_NATIVE_HISTOGRAMS"));
    set(&mut metrics.body_sizes, switch("OBSKIT_BODY_SIZES"));
    set(&mut metrics.collect_process, switch("OBSKIT_COLLECT_PROCESS"));
    set(&mut metrics.collect_runtime, switch("OBSKIT_COLLECT_RUNTIME"));
}

fn traces(reader: &mut Reader<'_>, traces: &mut Traces) {
    set(&mut traces.routes, reader.strict("OBSKIT_TRACE_ROUTES", parse::shares));
    traces.keep = reader.strict("OBSKIT_TRACE_KEEP", parse::keep).flatten();
    let directives = |text: &str| parse::directives(text).map(str::to_owned);
    set(&mut traces.directives, reader.strict("OBSKIT_TRACE_SPANS", directives));
    let levels = [
        ("off", LevelFilter::OFF),
        ("error", LevelFilter::ERROR),
        ("warn", LevelFilter::WARN),
        ("info", LevelFilter::INFO),
        ("debug", LevelFilter::DEBUG),
        ("trace", LevelFilter::TRACE),
    ];
    let events = reader.strict("OBSKIT_TRACE_EVENTS", |text| parse::one_of(text, &levels));
    set(&mut traces.events, events);
    let details =
        [("location", Detail::Location), ("thread", Detail::Thread), ("timings", Detail::Timings)];
    let details = reader.strict("OBSKIT_TRACE_DETAILS", |text| parse::several(text, &details));
    set(&mut traces.details, details);
    let captures = [
        ("url.path", Capture::UrlPath),
        ("url.full", Capture::UrlFull),
        ("client.address", Capture::ClientAddress),
        ("user_agent.original", Capture::UserAgent),
        ("server.address", Capture::ServerAddress),
    ];
    let capture = reader.strict("OBSKIT_TRACE_CAPTURE", |text| parse::several(text, &captures));
    set(&mut traces.capture, capture);
}

fn queues(reader: &mut Reader<'_>, config: &mut Config) {
    let bytes =
        reader.strict("OBSKIT_OTLP_QUEUE_BYTES", |text| parse::size(text, &Batch::QUEUE_BYTES));
    set(&mut config.traces.batch.queue_bytes, bytes);
    set(&mut config.logs.batch.queue_bytes, bytes);
}

fn admin(reader: &mut Reader<'_>, admin: &mut Admin) {
    let addr = reader.strict("OBSKIT_ADMIN_ADDR", |text| text.parse().map_err(|_| ""));
    set(&mut admin.addr, addr);
    admin.token = reader.strict("OBSKIT_ADMIN_TOKEN", |text| {
        if Admin::is_token(text) { Ok(text.to_owned().into()) } else { Err("") }
    });
    let allow = reader.strict("OBSKIT_ADMIN_ALLOW", |text| text.parse().map_err(|_| ""));
    set(&mut admin.allow, allow);
}

fn health(reader: &mut Reader<'_>, health: &mut Health) {
    let after = |text: &str| parse::unless_off(text, |text| parse::duration(text, &Health::STALL));
    set(&mut health.stall_after, reader.strict("OBSKIT_STALL_AFTER", after));
}

fn shutdown(reader: &mut Reader<'_>, shutdown: &mut Shutdown) {
    let of = Duration::ZERO..=Shutdown::LONGEST;
    let mut time = |name| reader.strict(name, |text| parse::duration(text, &of));
    set(&mut shutdown.drain_delay, time("OBSKIT_DRAIN_DELAY"));
    set(&mut shutdown.deadline, time("OBSKIT_SHUTDOWN_DEADLINE"));
}
