//! No secret stands in what is written, in any form of a line.

use std::error::Error;
use std::fmt;

use obskit::config::LogFormat;
use obskit_tests::lines::Lines;
use tracing::{error, info, info_span};

use super::lab::{Lab, field};

const SECRET: &str = "sw0rdf1sh-Sw0rdf1sh";

#[derive(Debug)]
#[expect(dead_code, reason = "read by Debug")]
struct Login<'a> {
    id: u32,
    password: &'a str,
    tokens: Tokens<'a>,
}

#[derive(Debug)]
#[expect(dead_code, reason = "read by Debug")]
struct Tokens<'a> {
    access_token: Option<&'a str>,
}

#[derive(Debug)]
struct Refused(String, Option<Box<Refused>>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|cause| cause as _)
    }
}

#[test]
fn no_form_of_a_line_shows_a_secret() {
    for format in [
        LogFormat::App,
        LogFormat::Otel,
        LogFormat::Ecs,
        LogFormat::Gcp,
        LogFormat::Logfmt,
        LogFormat::Pretty,
    ] {
        let lines = Lines::default();
        let output = lines.output();
        let lab = Lab::new(|config| {
            config.logs.output = output;
            config.logs.format = format;
        });
        lab.run(say_everything);
        let written = lines.take_bytes(&lab.telemetry);
        let written = String::from_utf8(written).unwrap();
        assert_eq!(written.matches("said").count(), 12, "{format:?}: {written}");
        assert!(written.matches("[redacted]").count() >= 14, "{format:?}: {written}");
        for part in ["sw0rd", "Sw0rd", "f1sh"] {
            assert!(!written.contains(part), "{format:?}: {written}");
        }
    }
}

/// A secret in every place that an event has.
fn say_everything() {
    say_fields();
    say_errors();
    let span = info_span!("login", secret = SECRET, cause = tracing::field::Empty);
    span.record("cause", format!("cookie: a={SECRET}; b={SECRET}"));
    span.in_scope(|| info!("said"));
}

fn say_fields() {
    let login = Login { id: 1, password: SECRET, tokens: Tokens { access_token: Some(SECRET) } };
    let headers = format!("GET / HTTP/1.1\r\nAuthorization: Basic {SECRET}\r\nHost: a\r\n");
    info!(password = SECRET, "said");
    info!(user.apiKey = %SECRET, "said");
    info!("x-api-key" = ?Some(SECRET), "said");
    info!(?login, "said");
    info!(body = %serde_json::json!({"pin": SECRET, "id": 1}), "said");
    info!("said Bearer {SECRET}");
    info!(url = format!("https://host/path?q={SECRET}&b#c"), "said");
    info!(%headers, "said");
}

fn say_errors() {
    let cause = Refused(format!("token={SECRET} was refused"), None);
    let refused = Refused(format!("for https://u:{SECRET}@host/?a={SECRET}"), Some(cause.into()));
    error!(error = &refused as &dyn Error, "said");
    error!(error = ?refused, "said");
    error!(error = %refused, "said");
}

#[test]
fn what_is_set_is_hidden_and_shown() {
    let lab = Lab::new(|config| {
        config.redaction.fields.push("e-mail".to_owned());
        config.redaction.allow.push("gpio_pin".to_owned());
        config.redaction.patterns.push(r"EMP-\d{3}".to_owned());
        config.redaction.query_allow.push("page".to_owned());
    });
    lab.run(|| {
        info!(userEmail = "a@b", gpio_pin = "7", pin = 7, url = "/a?page=2&q=x", "by EMP-123");
    });
    let line = &lab.lines()[0];
    let members = &line["metadata"];
    assert_eq!(field(line, "message"), "by [redacted]");
    assert_eq!(field(members, "userEmail"), "[redacted]");
    assert_eq!(field(members, "gpio_pin"), "7");
    assert_eq!(field(members, "pin"), "[redacted]");
    assert_eq!(field(members, "url"), "/a?page=2&q=[redacted]");
}

/// What a service's own lines are known to hold stays readable.
#[test]
fn what_is_no_secret_stays() {
    let lab = Lab::new(|_| {});
    let id = "550e8400-e29b-41d4-a716-446655440000";
    lab.run(|| {
        info!(sessionId = id, userAgent = "curl/8.5.0", token_count = 12, author = "Bob", "said");
    });
    let line = &lab.lines()[0];
    let members = &line["metadata"];
    assert_eq!(field(members, "sessionId"), id);
    assert_eq!(field(members, "userAgent"), "curl/8.5.0");
    assert_eq!(field(members, "author"), "Bob");
    assert_eq!(members["token_count"], 12);
}
