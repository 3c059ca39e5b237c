//! Lines of every schema: what they say, that no key stands twice, that none is too long.

mod read;
mod values;

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderValue, Method};
use tracing::Level;

use super::{MAX_LINE_BYTES, Schema};
use crate::config::{Clock, Config, LogFormat, Redaction, Service};
use crate::context::{Acceptor, Exchange, Outcome, RequestContext, Routes, Seen, Shape};
use crate::ledger::Ledger;
use crate::logging::line::{Failure, Line};
use crate::logging::members::Members;
use crate::redaction::Redactor;

use read::keys;

const FORMATS: [LogFormat; 6] = [
    LogFormat::App,
    LogFormat::Otel,
    LogFormat::Ecs,
    LogFormat::Gcp,
    LogFormat::Logfmt,
    LogFormat::Pretty,
];

fn schema(format: LogFormat, colours: bool) -> Schema {
    let service = Service {
        name: "shop \"one\"".to_owned(),
        version: Some("1.2.3".to_owned()),
        environment: Some("production".to_owned()),
        attributes: vec![("gcp.project_id".to_owned(), "my-project".to_owned())],
        ..Service::default()
    };
    let redactor = Arc::new(Redactor::new(&Redaction::default()).unwrap());
    Schema::new(format, &service, colours, redactor)
}

fn context() -> RequestContext {
    let (mut config, ledger) = (Config::default(), Ledger::default());
    config.clock = Clock::manual();
    let routes = Routes::new(10, &[], &ledger, &config.clock);
    let acceptor = Arc::new(Acceptor::new(&config, Arc::new(routes), ledger));
    let headers = [
        ("x-request-id", "a1b2=="),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ];
    let headers: HeaderMap = headers
        .into_iter()
        .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
        .collect();
    acceptor.accept(&Method::POST, &headers, None, Some("/users/{id}"))
}

fn members(schema: &Schema, fields: &[(&'static str, &dyn fmt::Debug)]) -> Members {
    let mut members = Members::default();
    for (name, value) in fields {
        members.put(&schema.key(name), |out| schema.encoder().debug(value, out));
    }
    members
}

fn at() -> SystemTime {
    UNIX_EPOCH + Duration::new(1_795_237_761, 123_456_000)
}

fn written(schema: &Schema, line: &Line<'_>) -> (String, bool) {
    let mut out = b"before".to_vec();
    let is_cut = schema.write(line, &mut out);
    let line = String::from_utf8(out).unwrap().strip_prefix("before").unwrap().to_owned();
    assert!(line.len() <= MAX_LINE_BYTES, "{} bytes", line.len());
    let text = line.strip_suffix('\n').unwrap();
    assert!(!text.chars().any(|c| c.is_control() && c != '\u{1b}'), "{text:?}");
    (text.to_owned(), is_cut)
}

#[derive(Debug)]
struct NotPaid;

impl fmt::Display for NotPaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not paid")
    }
}

impl Error for NotPaid {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&fmt::Error)
    }
}

static SEEN: Seen = Seen { is_https: false, private: None };

fn exchange(context: &RequestContext) -> Exchange<'_> {
    Exchange {
        context,
        outcome: Outcome::ServerError,
        status: 503,
        grpc_status: Some(14),
        shape: Shape::Unary,
        started: at(),
        duration: Duration::from_nanos(12_345_678),
        time_to_head: Some(Duration::from_millis(7)),
        request_bytes: Some(10),
        is_grpc: false,
        version: http::Version::HTTP_11,
        seen: &SEEN,
        response_bytes: 2_048,
    }
}

/// A line with everything that there can be.
fn full(schema: &Schema) -> String {
    let context = context();
    let heading = schema.heading(Level::ERROR, "shop::orders");
    let (mut message, mut failure) = (Vec::new(), Failure::default());
    schema.encoder().message(&format_args!("order \"{}\" lost", 7), &mut message);
    schema.encoder().error(&NotPaid, &mut failure);
    let event = members(schema, &[("level", &1), ("order", &7), ("attr.level", &2)]);
    let span = members(schema, &[("order", &8), ("note", &"a b")]);
    let line = Line {
        at: at(),
        heading: &heading,
        message: &message,
        context: Some(&context),
        span: None,
        user: b"",
        failure: Some(&failure),
        report: None,
        members: &[&event, &span],
        exchange: None,
    };
    written(schema, &line).0
}

/// An event with these fields and message, of no request.
fn event(
    schema: &Schema,
    message: &str,
    fields: &[(&'static str, &dyn fmt::Debug)],
) -> (String, bool) {
    let (heading, mut text) = (schema.heading(Level::INFO, "t"), Vec::new());
    schema.encoder().message_text(message, &mut text);
    let members = members(schema, fields);
    let line = Line {
        at: at(),
        heading: &heading,
        message: if message.is_empty() { b"" } else { &text },
        context: None,
        span: None,
        user: b"",
        failure: None,
        report: None,
        members: &[&members],
        exchange: None,
    };
    written(schema, &line)
}

const NAMES: [&str; 47] = [
    "",
    ".",
    "a..b",
    "%",
    "%2E",
    "a b",
    "a=b",
    "a\"b",
    "\n",
    "attr",
    "attr.attr",
    "attr.level",
    "attr.attr.level",
    "attribute",
    "message",
    "level",
    "msg",
    "time",
    "timestamp",
    "body",
    "error",
    "error.type",
    "error.type.x",
    "http",
    "http.request",
    "http.route",
    "log",
    "service",
    "service.name",
    "truncated",
    "metadata",
    "request_id",
    "@timestamp",
    "trace_id",
    "severity",
    "severity_text",
    "attr.",
    "attr.%",
    "a%b",
    "a%25b",
    "httpRequest",
    "user.id",
    "exception",
    "exception.message",
    "é",
    "\u{2028}",
    "logging.googleapis.com/trace",
];

#[test]
fn names_that_are_taken_stand_aside() {
    let fields = NAMES.map(|name| (name, &1 as &dyn fmt::Debug));
    for format in FORMATS {
        let schema = schema(format, false);
        let (line, is_cut) = event(&schema, "m", &fields);
        let keys = keys(format, &line);
        assert!(!is_cut);
        if !matches!(format, LogFormat::App | LogFormat::Pretty) {
            let own = event(&schema, "m", &[]).0;
            let own = read::keys(format, &own).len();
            assert_eq!(keys.len(), own + NAMES.len(), "{line}");
        }
        if schema.table.is_nested {
            for (outer, inner) in keys.iter().flat_map(|a| keys.iter().map(move |b| (a, b))) {
                let own = |key: &str| schema.table.entries.iter().any(|entry| entry.name() == key);
                let is_inside =
                    inner.strip_prefix(outer.as_str()).is_some_and(|r| r.starts_with('.'));
                assert!(!is_inside || !(own(outer) || own(inner)), "{outer} and {inner}");
            }
            assert!(
                keys.iter().all(|key| key.split('.').all(|s| !s.trim().is_empty())),
                "{keys:?}"
            );
        }
    }
}

#[test]
fn absent_things_leave_no_key() {
    let service = Service { name: "unknown_service".into(), ..Service::default() };
    let redactor = Arc::new(Redactor::new(&Redaction::default()).unwrap());
    let expected = [
        concat!(
            r#"{"timestamp":"2026-11-21T05:09:21.123456Z","level":"info","target":"t","#,
            r#""service":"unknown_service"}"#,
        ),
        concat!(
            r#"{"timestamp":"2026-11-21T05:09:21.123456Z","severity_text":"INFO","#,
            r#""severity_number":9,"otel.scope.name":"t","service.name":"unknown_service"}"#,
        ),
        concat!(
            r#"{"@timestamp":"2026-11-21T05:09:21.123456Z","log.level":"info","#,
            r#""ecs.version":"8.11.0","log.logger":"t","service.name":"unknown_service"}"#,
        ),
        concat!(
            r#"{"time":"2026-11-21T05:09:21.123456Z","severity":"INFO","target":"t","#,
            r#""serviceContext":{"service":"unknown_service"}}"#,
        ),
        "time=2026-11-21T05:09:21.123456Z level=info target=t service=unknown_service",
        "2026-11-21T05:09:21.123456Z INFO  t:",
    ];
    for (format, expected) in FORMATS.into_iter().zip(expected) {
        let schema = Schema::new(format, &service, false, Arc::clone(&redactor));
        assert_eq!(event(&schema, "", &[]).0, expected);
    }
}

#[test]
fn a_request_s_own_line_says_what_its_fields_would() {
    let context = context();
    for format in FORMATS {
        let schema = schema(format, false);
        let heading = schema.heading(Level::ERROR, "obskit::access");
        let members = members(
            &schema,
            &[("status", &1), ("http.response.status_code", &1), ("outcome", &1), ("kept", &"é")],
        );
        let exchange = exchange(&context);
        let line = Line {
            at: at(),
            heading: &heading,
            message: b"",
            context: Some(&context),
            span: None,
            user: b"",
            failure: None,
            report: None,
            members: &[&members],
            exchange: Some(&exchange),
        };
        let (line, _) = written(&schema, &line);
        keys(format, &line);
        let expected: &[&str] = match format {
            LogFormat::App => &[
                r#""metadata":{"method":"POST","status":503,"grpcStatus":14,"#,
                r#""outcome":"server_error","durationMs":12.345,"timeToHeadMs":7.000,"#,
                r#""requestBytes":10,"responseBytes":2048,"#,
            ],
            LogFormat::Otel => &[r#""http.server.request.duration":0.012345,"#],
            LogFormat::Ecs => &[r#""event.duration":12345678,"#, r#""event.outcome":"failure""#],
            LogFormat::Gcp => &[
                r#""httpRequest":{"requestMethod":"POST","status":503,"#,
                r#""latency":"0.012345s","requestSize":"10","responseSize":"2048"}"#,
            ],
            _ => {
                &[" method=POST status=503 grpc_status=14 outcome=server_error duration_ms=12.345 "]
            }
        };
        for part in expected {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(line.contains("kept"), "{line}");
    }
}

/// Around the bound each length of each kind of text, as a message and as a field.
#[test]
fn long_lines_are_cut_and_still_read() {
    for format in FORMATS {
        for text in ["a", "é", "🦀", "\"", "\u{1}", "\\u", "x\n", "\u{2028}"] {
            let count = MAX_LINE_BYTES / text.len();
            let lengths = (0..66).map(|n| n * count / 64).chain(count - 300..count);
            let lengths = lengths.chain([9 * count]);
            for length in lengths.step_by(if text == "a" { 3 } else { 13 }) {
                check_long(format, &text.repeat(length));
            }
        }
    }
}

fn check_long(format: LogFormat, text: &str) {
    let schema = schema(format, false);
    let shown = format_args!("{text}");
    let fields: [(_, &dyn fmt::Debug); 3] = [("a", &1), ("b", &shown), ("c", &"kept")];
    for message in [text, "m"] {
        let (line, is_cut) = event(&schema, message, &fields);
        keys(format, &line);
        assert_eq!(line.contains("truncated"), is_cut);
        assert!(is_cut || text.len() < MAX_LINE_BYTES, "{} bytes", text.len());
        assert!(line.contains("kept"), "{} bytes", line.len());
        assert!(line.len() > MAX_LINE_BYTES - 2_048 || !is_cut, "{} bytes", line.len());
    }
}

#[test]
fn whatever_is_long_shares_a_line() {
    let long = "\u{7f}".repeat(100_000);
    let shown = format_args!("{long}");
    for format in FORMATS {
        let schema = schema(format, false);
        let heading = schema.heading(Level::WARN, &long);
        let (mut message, mut failure) = (Vec::new(), Failure::default());
        schema.encoder().message_text(&long, &mut message);
        let text = format!("Kind {{ {long}\n\nStack backtrace:\n{long}");
        schema.encoder().failure_text(&text, &mut failure);
        let named = String::leak(long.clone());
        let members = members(&schema, &[(named, &1), ("b", &shown), ("c", &u64::MAX)]);
        let line = Line {
            at: at(),
            heading: &heading,
            message: &message,
            context: Some(&context()),
            span: None,
            user: &message,
            failure: Some(&failure),
            report: None,
            members: &[&members, &members],
            exchange: None,
        };
        let (line, is_cut) = written(&schema, &line);
        keys(format, &line);
        assert!(is_cut && line.contains("truncated") && line.contains("18446744073709551615"));
    }
}

#[test]
fn colours_are_our_own_alone() {
    let message = "\u{1b}[31mred\u{9b}31m";
    let shown = format_args!("{message}");
    for colours in [false, true] {
        let schema = schema(LogFormat::Pretty, colours);
        let fields: [(_, &dyn fmt::Debug); 2] = [("a", &shown), ("\u{1b}[0m", &1)];
        let (line, _) = event(&schema, message, &fields);
        let own = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[32m"];
        let plain = own.iter().fold(line.clone(), |line, own| line.replace(own, ""));
        assert_eq!(line != plain, colours);
        assert_eq!(
            plain,
            "2026-11-21T05:09:21.123456Z INFO  t: \\u001b[31mred\\u009b31m \
             a=\"\\u001b[31mred\\u009b31m\" %1B[0m=1 "
                .trim_end()
        );
    }
}
