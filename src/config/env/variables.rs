//! Every variable that is read: one table, from which docs/configuration.md is made.

/// A variable of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variable {
    /// As `OBSKIT_SERIES_LIMIT`.
    pub name: &'static str,
    /// The values it takes, in words.
    pub accepts: &'static str,
    /// The value that stands for an unset variable; in brackets if in words; empty for none.
    pub default: &'static str,
    /// What it sets.
    pub help: &'static str,
    /// Its value is never printed.
    pub secret: bool,
    /// It has a form for each signal, which goes before it: `OTEL_EXPORTER_OTLP_TIMEOUT` has
    /// `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT`, `…_LOGS_TIMEOUT` and `…_METRICS_TIMEOUT`.
    pub per_signal: bool,
}

const OTLP: &str = "OTEL_EXPORTER_OTLP_";
const SIGNALS: [&str; 3] = ["TRACES_", "LOGS_", "METRICS_"];

const SIZE: &str = "an integer from 1 to 2147483647";
const COUNT: &str = "an integer from 0 to 2147483647";
const MILLISECONDS: &str = "milliseconds, 0 to 2147483647";
const TIMEOUT: &str = "milliseconds, 0 to 2147483647; 0 is endless";
const SWITCH: &str = "true or false";
const SHARE: &str = "a number from 0 to 1";
const TEXT: &str = "text";
const FILE: &str = "the path of a PEM file";
const TIME: &str = "a number with its unit, as 250ms, 10s or 1m; at most 5m";
const HOSTS: &str = "*, none, or hosts as api.example.com and *.example.com, separated by commas";
const NAMES: &str = "at most 256 names of 1 to 64 bytes with a letter, separated by commas";
const BATCH: &str = "an integer from 1 to the queue's size";
const GENERAL_COUNT: &str = "(OTEL_ATTRIBUTE_COUNT_LIMIT)";
const GENERAL_LENGTH: &str = "(OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT)";
const BUCKETS: &str = "0.005,0.01,0.025,0.05,0.1,0.25,0.5,1,2.5,5,10";

/// Every variable that [`Config::from_env`](crate::config::Config::from_env) reads.
#[rustfmt::skip]
pub const VARIABLES: &[Variable] = &[
    row("OTEL_SDK_DISABLED", SWITCH, "false",
        "Nothing is recorded or exported of requests and calls; the context still passes through, \
         and the operator is still served."),
    row("OTEL_SERVICE_NAME", TEXT, "(unknown_service: and the program's name)",
        "The service's name. Goes before `service.name` in `OTEL_RESOURCE_ATTRIBUTES`."),
    row("OTEL_RESOURCE_ATTRIBUTES",
        "key=value pairs separated by commas, percent-encoded, at most 128",
        "",
        "The service's attributes, among them `service.version`, `service.instance.id` and \
         `deployment.environment.name`."),
    row("OBSKIT_RESOURCE_DETECTORS",
        "all, none, or some of container, host, k8s, os, process and service, separated by commas",
        "all",
        "What is found out of where the service runs, for exported spans and log records. \
         `OTEL_RESOURCE_ATTRIBUTES` goes before it."),

    row("RUST_LOG", "off, a level, or levels by target as warn,workouts=debug", "",
        "What is logged. Goes before `LOG_LEVEL`."),
    row("LOG_LEVEL", "error, warn, info, debug or trace", "info",
        "The least severe level that is logged."),
    row("LOG_FORMAT", "auto, app, otel, ecs, gcp, logfmt or pretty", "auto",
        "The form of a line. `auto` is `pretty` on a terminal and `app` elsewhere."),
    row("OBSKIT_LOG_OUTPUT", "stdout, stderr, or a file as /var/log/workouts.log or file:a.log",
        "stdout",
        "Where lines go. A file needs the feature `log-file`."),
    row("OBSKIT_LOG_FILE_SIZE", "bytes or a size as 64MiB, 64KiB to 1024GiB", "64MiB",
        "The size at which that file gets a number after its name and a new one begins."),
    row("OBSKIT_LOG_FILES", "an integer from 1 to 1000", "8",
        "How many files with a number are kept."),
    row("OBSKIT_LOG_BUFFER", "bytes or a size as 8MiB, 64KiB to 1GiB", "8MiB",
        "What may wait to be written; beyond it the least severe lines are dropped and counted."),
    row("OBSKIT_ACCESS_LOG", SWITCH, "true",
        "Each finished request has a line of its own."),
    row("OBSKIT_ACCESS_LOG_SAMPLE", SHARE, "1",
        "The share of healthy requests that have one, by trace ID. Failed, cancelled and slow ones \
         always do."),
    row("OBSKIT_SLOW_REQUEST", TIME, "",
        "Requests that take longer are logged as warnings, whatever the sampling."),
    row("OBSKIT_LOG_FLOOD", "lines and a time of 1s to 60m, as 100/10s, or off", "100/10s",
        "Lines that one call site may write in that time at `warn` and at `error`; the rest is \
         suppressed and counted."),
    row("OBSKIT_FLIGHT_RECORDER", "off, or levels by target as debug,hyper=off", "off",
        "What is kept of each request though it is below the level, and written if that fails, \
         panics, is cancelled or slow."),

    row("OTEL_PROPAGATORS",
        "tracecontext, baggage, b3 and b3multi, separated by commas, or none",
        "tracecontext,baggage",
        "The header formats in which the context is read and written."),
    row("OBSKIT_TRUST", "all, none, or networks as 10.0.0.0/8 and ::1, separated by commas", "all",
        "Callers whose trace context, sampling and baggage are believed."),
    row("OBSKIT_EGRESS", HOSTS, "*",
        "Hosts that outbound requests tell the trace context and the request ID."),
    row("OBSKIT_EGRESS_BAGGAGE", HOSTS, "none",
        "Those of them that are told the baggage too."),
    row("OBSKIT_ACCEPT_REQUEST_ID", SWITCH, "true",
        "A well-formed `x-request-id` of a caller is kept."),

    row("OBSKIT_METRIC_NAMING", "prometheus or opentelemetry", "prometheus",
        "The names of the HTTP metrics."),
    row("OBSKIT_SERIES_LIMIT", "an integer from 1 to 1000000", "2000",
        "Label sets a metric may have; later ones go to its overflow series."),
    row("OBSKIT_ENDPOINT_LIMIT", "an integer from 1 to 100000", "1000",
        "Endpoints told apart; later ones are counted as overflow."),
    row("OBSKIT_LATENCY_BUCKETS", "1 to 64 ascending seconds, as 0.1,0.5,1", BUCKETS,
        "The bounds of the latency histograms."),
    row("OBSKIT_NATIVE_HISTOGRAMS", SWITCH, "false",
        "Latencies are kept as native histograms too."),
    row("OTEL_METRICS_EXEMPLAR_FILTER", "trace_based or always_off", "trace_based",
        "Whether buckets carry the trace ID of a recent sampled request."),
    row("OBSKIT_SLOW_DEPENDENCY", TIME, "1s",
        "Calls to dependencies that take longer are counted as slow."),
    row("OBSKIT_BODY_SIZES", SWITCH, "false",
        "The sizes of request and response bodies are measured."),
    row("OBSKIT_COLLECT_PROCESS", SWITCH, "true",
        "CPU, memory, file descriptors, threads and I/O of the process are measured."),
    row("OBSKIT_COLLECT_RUNTIME", SWITCH, "true",
        "Workers, queues and tasks of the tokio runtime are measured."),
    row("OTEL_METRIC_EXPORT_INTERVAL", "milliseconds, 100 to 2147483647", "60000",
        "Time from one push of the metrics to the next."),
    row("OTEL_METRIC_EXPORT_TIMEOUT", TIMEOUT, "30000",
        "The longest that one push may take."),

    row("OTEL_TRACES_SAMPLER",
        "always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off or \
         parentbased_traceidratio",
        "parentbased_always_on",
        "Which traces are kept."),
    row("OTEL_TRACES_SAMPLER_ARG", SHARE, "(1)",
        "The share that `traceidratio` keeps. Read only if `OTEL_TRACES_SAMPLER` is set."),
    row("OBSKIT_TRACE_ROUTES",
        "route templates, each with a number from 0 to 1, as /healthz=0,/api/checkout=1", "",
        "The share of an endpoint's traces that is kept of those that begin here; 0 is never. A \
         job has its name for a route."),
    row("OBSKIT_TRACE_KEEP",
        "off, or failed and slow with a time of at most 5m, as failed,slow:500ms", "off",
        "Requests whose spans are sent although the sampler said no."),
    row("OBSKIT_TRACE_SPANS", "off, a level, or levels by target as info,sqlx=debug", "info",
        "Which spans of `tracing` are recorded, whatever is logged."),
    row("OBSKIT_TRACE_EVENTS", "off, error, warn, info, debug or trace", "error",
        "Which events of `tracing` are recorded in their spans."),
    row("OBSKIT_TRACE_DETAILS", "location, thread and timings, separated by commas", "",
        "What spans say of the code they come from."),
    row("OBSKIT_TRACE_CAPTURE",
        "url.path, url.full, client.address, user_agent.original and server.address, separated by \
         commas",
        "",
        "What spans say of single requests, callers and servers."),
    row("OBSKIT_OTLP_QUEUE_BYTES", "bytes or a size as 16MiB, 64KiB to 1GiB", "16MiB",
        "The size of the spans, and of the log records, that may wait; more is dropped and \
         counted."),
    row("OTEL_BSP_SCHEDULE_DELAY", MILLISECONDS, "5000",
        "The longest that a span waits for others."),
    row("OTEL_BSP_EXPORT_TIMEOUT", TIMEOUT, "30000",
        "The longest that an export of spans may take."),
    row("OTEL_BSP_MAX_QUEUE_SIZE", SIZE, "2048",
        "Spans that may wait; more are dropped and counted."),
    row("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", BATCH, "512",
        "Spans in one export."),
    row("OTEL_BLRP_SCHEDULE_DELAY", MILLISECONDS, "1000",
        "The longest that a log record waits for others before it is pushed."),
    row("OTEL_BLRP_EXPORT_TIMEOUT", TIMEOUT, "30000",
        "The longest that an export of log records may take."),
    row("OTEL_BLRP_MAX_QUEUE_SIZE", SIZE, "2048",
        "Log records that may wait to be pushed; more are dropped and counted."),
    row("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", BATCH, "512",
        "Log records in one export."),

    row("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", COUNT, "",
        "Characters of an attribute's text."),
    row("OTEL_ATTRIBUTE_COUNT_LIMIT", COUNT, "128",
        "Attributes of a span, event, link or log record."),
    row("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", COUNT, GENERAL_LENGTH,
        "Characters of the text of a span's attribute."),
    row("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", COUNT, GENERAL_COUNT,
        "Attributes of a span."),
    row("OTEL_SPAN_EVENT_COUNT_LIMIT", COUNT, "128",
        "Events of a span."),
    row("OTEL_SPAN_LINK_COUNT_LIMIT", COUNT, "128",
        "Links of a span."),
    row("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", COUNT, GENERAL_COUNT,
        "Attributes of a span's event."),
    row("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", COUNT, GENERAL_COUNT,
        "Attributes of a span's link."),
    row("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", COUNT, GENERAL_LENGTH,
        "Characters of the text of a log record's attribute."),
    row("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", COUNT, GENERAL_COUNT,
        "Attributes of a log record."),

    row("OTEL_TRACES_EXPORTER", "otlp, console or none", "otlp",
        "How spans are exported."),
    row("OTEL_LOGS_EXPORTER", "otlp, console or none", "console",
        "`otlp` pushes log records too. The lines on standard output are written in any case."),
    row("OTEL_METRICS_EXPORTER", "otlp, prometheus or none", "prometheus",
        "`otlp` pushes metrics too. They are served at `/metrics` in any case."),
    row("OTEL_EXPORTER_OTLP_ENDPOINT",
        "a URL as http://collector:4318, without credentials",
        "(http://localhost:4318; with gRPC http://localhost:4317)",
        "Where the collector is. Over HTTP, `/v1/traces` and the like are added to the general \
         form; that of a signal is used as it stands.").per_signal(),
    row("OTEL_EXPORTER_OTLP_INSECURE", SWITCH, "false",
        "A gRPC endpoint without a scheme is spoken to without TLS.").per_signal(),
    row("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf or grpc", "http/protobuf",
        "What is spoken to the collector.").per_signal(),
    row("OTEL_EXPORTER_OTLP_HEADERS", "name=value pairs separated by commas, percent-encoded", "",
        "Headers sent with every export.").secret().per_signal(),
    row("OTEL_EXPORTER_OTLP_TIMEOUT", TIMEOUT, "10000",
        "The longest that the collector's answer may take.").per_signal(),
    row("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip or none", "none",
        "How exports are compressed.").per_signal(),
    row("OTEL_EXPORTER_OTLP_CERTIFICATE", FILE, "(the system's)",
        "Certificates that may have signed the collector's.").per_signal(),
    row("OTEL_EXPORTER_OTLP_CLIENT_KEY", FILE, "",
        "Our private key, with `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE`.").per_signal(),
    row("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", FILE, "",
        "Our certificate chain, with `OTEL_EXPORTER_OTLP_CLIENT_KEY`.").per_signal(),

    row("OBSKIT_REDACT_FIELDS", NAMES, "",
        "Further names whose values are hidden in logs, traces and reports."),
    row("OBSKIT_REDACT_ALLOW", NAMES, "",
        "Names that are shown although they look like secrets."),
    row("OBSKIT_REDACT_PATTERNS",
        "at most 64 regular expressions of 1 KiB, 1 MiB compiled; separated by white space, which \
         is \\s within one",
        "",
        "What is hidden wherever it matches."),
    row("OBSKIT_REDACT_QUERY_ALLOW", NAMES, "",
        "Parameters of URL queries that are shown."),

    row("SENTRY_DSN", crate::config::Dsn::ACCEPTS, "",
        "Where errors are reported. Unset: nowhere.").secret(),
    row("SENTRY_ENVIRONMENT", TEXT, "(the service's)",
        "The environment that reports name."),
    row("SENTRY_RELEASE", TEXT, "(name@version of the service)",
        "The release that reports name."),
    row("SENTRY_TRACES_SAMPLE_RATE", SHARE, "0.1",
        "The share of requests sent as transactions."),
    row("SENTRY_SAMPLE_RATE", SHARE, "1",
        "The share of errors that is reported."),
    row("SENTRY_SERVER_NAME", TEXT, "(the host's)",
        "The server that reports name."),
    row("OBSKIT_REPORT_HEADERS", "at most 32 names of headers, separated by commas, or none",
        "accept,content-length,content-type,host,user-agent",
        "Headers of a request that its report shows."),
    row("OBSKIT_REPORT_IN_APP",
        "at most 64 beginnings of functions' paths, as workouts or workouts::db, separated by \
         commas",
        "",
        "Which code is the application's own, beside what is of no registry."),
    row("OBSKIT_REPORT_SESSIONS", SWITCH, "true",
        "Requests are counted for the health of their release, where that is known."),

    row("OBSKIT_REPORT_CERTIFICATE", FILE, "(the system's)",
        "Certificates that may have signed Sentry's."),

    row("HTTPS_PROXY", crate::config::ProxyUrl::ACCEPTS, "(`ALL_PROXY`)",
        "The proxy through which collectors and Sentry are reached over TLS. This machine is \
         reached without one. What is wrong in these is ignored with a warning; all four are \
         read in lower case, too.").secret(),
    row("HTTP_PROXY", crate::config::ProxyUrl::ACCEPTS, "(`ALL_PROXY`)",
        "The same without TLS.").secret(),
    row("ALL_PROXY", crate::config::ProxyUrl::ACCEPTS, "",
        "The same for both.").secret(),
    row("NO_PROXY",
        "names, with every name below them, addresses, networks as 10.0.0.0/8, or *, separated by \
         commas",
        "",
        "Who is reached without a proxy."),

    row("OBSKIT_ADMIN_ADDR",
        "an address and port, as 127.0.0.1:9464 or [::]:9464, or unix:/run/workouts.sock",
        "127.0.0.1:9464",
        "Where the operator's server listens."),
    row("OBSKIT_ADMIN_TOKEN", "16 to 1024 visible ASCII characters", "",
        "What a caller shows as `Authorization: Bearer` to change or see details.").secret(),
    row("OBSKIT_ADMIN_ALLOW", "networks as 10.0.0.0/8 and ::1, separated by commas", "",
        "Networks whose callers need no token."),

    row("OBSKIT_STALL_AFTER", "a time of 1s to 60m, or off", "30s",
        "How long the service's runtime may run no task before `/livez` fails."),

    row("OBSKIT_DOCTOR", SWITCH, "true",
        "Some seconds after the start, what obskit finds wrong with itself is logged."),

    row("OBSKIT_DRAIN_DELAY", TIME, "5s",
        "Time between not being ready and taking no more requests."),
    row("OBSKIT_SHUTDOWN_DEADLINE", TIME, "10s",
        "The longest that ending requests and flushing may take together."),
];

impl Variable {
    /// Its name and, if it has one for each signal, those.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let setting = self.name.strip_prefix(OTLP).filter(|_| self.per_signal);
        let of_signal = |setting| SIGNALS.into_iter().map(move |of| format!("{OTLP}{of}{setting}"));
        std::iter::once(self.name.to_owned()).chain(setting.into_iter().flat_map(of_signal))
    }

    fn is_named(&self, name: &str) -> bool {
        let setting = |name: &'static str| name.strip_prefix(OTLP).filter(|_| self.per_signal);
        let of_signal = |setting: &str| {
            let form = name.strip_prefix(OTLP).unwrap_or_default();
            SIGNALS.iter().any(|signal| form.strip_prefix(signal) == Some(setting))
        };
        let is_proxy = self.name.ends_with("_PROXY") && self.name.eq_ignore_ascii_case(name);
        self.name == name || is_proxy || setting(self.name).is_some_and(of_signal)
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn per_signal(mut self) -> Self {
        self.per_signal = true;
        self
    }
}

/// The variable of a name, in its general form or that of a signal.
pub(super) fn find(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.is_named(name))
}

const fn row(
    name: &'static str,
    accepts: &'static str,
    default: &'static str,
    help: &'static str,
) -> Variable {
    Variable { name, accepts, default, help, secret: false, per_signal: false }
}
