//! Whether what telemetry is sent to is there.

use std::time::{Duration, SystemTime};

use http::Uri;

use crate::config::{Clock, Config, Dsn, Exporter, Otlp, Protocol, Proxy, Signal};

use super::diagnosis::Finding;
use super::examination::Examination;
use super::exports;
use super::handshake::{self, Answer, Refusal};
use super::reports;

const REPORTS: &str = "error_reports";
/// Between two clocks, with the whole seconds of a `Date` and an answer on its way.
const SKEW: Duration = Duration::from_secs(30);

/// Those of every server that is named in the settings and that something is sent to.
pub(super) fn examinations(config: &Config) -> Vec<Examination> {
    let Config { traces, logs, metrics, .. } = config;
    let signals = [
        ("otlp_traces", Signal::Traces, traces.exporter, &traces.otlp),
        ("otlp_logs", Signal::Logs, logs.exporter, &logs.otlp),
        ("otlp_metrics", Signal::Metrics, metrics.exporter, &metrics.otlp),
    ];
    let is_sent = |exporter, otlp: &Otlp| exporter == Exporter::Otlp && otlp.endpoint.is_some();
    let sent = signals.into_iter().filter(|(_, _, exporter, otlp)| is_sent(*exporter, otlp));
    let sent = sent.map(|(check, signal, _, otlp)| {
        let (otlp, proxy, clock) = (otlp.clone(), config.proxy.clone(), config.clock.clone());
        Examination::new(check, move || collector(check, signal, (&otlp, &proxy), &clock))
    });
    let reports = config.reports.dsn.clone().map(|dsn| {
        let config = config.clone();
        Examination::new(REPORTS, move || sentry(&dsn, &config))
    });
    if config.disabled { Vec::new() } else { sent.chain(reports).collect() }
}

/// An export of nothing: in plain HTTP by hand, which tells the collector's clock, too.
fn collector(
    check: &'static str,
    signal: Signal,
    (otlp, proxy): (&Otlp, &Proxy),
    clock: &Clock,
) -> Finding {
    let url = otlp.url(signal);
    let place = place(&url);
    if !exports::ARE_BUILT || exports::is_by_proxy(&url, proxy) {
        return exports::greet(check, &place, signal, (otlp, proxy));
    }
    let found = match (otlp.protocol, handshake::is_tls(&url)) {
        (Protocol::HttpProtobuf, false) => {
            return match handshake::post(&url, &otlp.headers) {
                Ok(answer) => answered(check, &place, answer, clock.wall()),
                Err(refusal) => unreachable(check, &place, otlp.protocol, &refusal),
            };
        }
        (Protocol::Grpc, false) => handshake::greet(&url),
        (_, true) => handshake::connect(&url).map(|_| ()),
    };
    match found {
        Ok(()) => exports::greet(check, &place, signal, (otlp, proxy)),
        Err(refusal) => unreachable(check, &place, otlp.protocol, &refusal),
    }
}

fn answered(check: &'static str, place: &str, answer: Answer, now: SystemTime) -> Finding {
    let Answer { status, date } = answer;
    let said = format!("{place} answers an empty export with {status}");
    let failure = |hint: &str| Finding::failure(check, said.clone(), hint);
    let warning = |hint: &str| Finding::warning(check, said.clone(), hint);
    match status {
        200..=299 => skewed(check, &said, date, now).unwrap_or_else(|| Finding::ok(check, said)),
        401 | 403 | 407 => failure("Set its credentials in OTEL_EXPORTER_OTLP_HEADERS."),
        404 | 405 => failure(
            "Its path is another: OTEL_EXPORTER_OTLP_ENDPOINT gets /v1/traces and the like added, \
             an endpoint of one signal is used as it stands.",
        ),
        408 | 429 | 500..=599 => {
            warning("It is there and cannot take exports now: look at its own log.")
        }
        300..=399 => failure("Exports follow no redirects: set the URL it leads to."),
        _ => warning("It may refuse exports that hold something, too: look at its own log."),
    }
}

fn skewed(
    check: &'static str,
    said: &str,
    date: Option<SystemTime>,
    now: SystemTime,
) -> Option<Finding> {
    let date = date?;
    let (skew, direction) = match date.duration_since(now) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    (skew > SKEW).then(|| {
        Finding::warning(
            check,
            format!("{said}, and its clock is {} s {direction} this one", skew.as_secs()),
            "One of both is wrong: start NTP. Backends refuse what is too old or in the future.",
        )
    })
}

fn unreachable(check: &'static str, place: &str, protocol: Protocol, why: &Refusal) -> Finding {
    let hint = match (why, protocol) {
        (Refusal::Foreign | Refusal::Silent(_), Protocol::HttpProtobuf) => {
            "Is that its port for gRPC? HTTP is mostly on 4318; or set \
             OTEL_EXPORTER_OTLP_PROTOCOL=grpc, or https."
        }
        (Refusal::Foreign | Refusal::Silent(_), Protocol::Grpc) => {
            "Is that its port for HTTP? gRPC is mostly on 4317; or set \
             OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, or https."
        }
        _ => "Start the collector, or set OTEL_EXPORTER_OTLP_ENDPOINT to where it listens.",
    };
    Finding::failure(check, format!("{place}: {why}"), hint)
}

/// An envelope of nothing, which nobody sees.
fn sentry(dsn: &Dsn, config: &Config) -> Finding {
    let url = dsn.envelope_url();
    let place = place(&url);
    if !reports::ARE_BUILT || exports::is_by_proxy(&url, &config.proxy) {
        return reports::greet(REPORTS, &place, dsn, config);
    }
    match handshake::connect(&url) {
        Ok(_) => reports::greet(REPORTS, &place, dsn, config),
        Err(refusal) => Finding::failure(
            REPORTS,
            format!("{place}: {refusal}"),
            "Let the service out to it, by HTTPS_PROXY if need be, or correct SENTRY_DSN.",
        ),
    }
}

/// A server's address without what may stand around it in a URL.
fn place(url: &Uri) -> String {
    let host = url.host().unwrap_or_default();
    url.port_u16().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Severity::{self, Failure, Ok, Warning};
    use std::time::UNIX_EPOCH;

    #[test]
    fn what_an_answer_says_of_the_collector() {
        let check = |status, severity: Severity, hint: &str| {
            let answer = Answer { status, date: None };
            let found = answered("otlp_traces", "collector:4318", answer, UNIX_EPOCH);
            assert_eq!(found.severity, severity, "{found:?}");
            assert!(found.message.contains(&status.to_string()), "{found:?}");
            assert!(found.hint.unwrap_or_default().contains(hint), "{status}");
        };
        check(200, Ok, "");
        check(202, Ok, "");
        check(302, Failure, "redirect");
        check(400, Warning, "log");
        check(401, Failure, "HEADERS");
        check(403, Failure, "HEADERS");
        check(404, Failure, "/v1/traces");
        check(429, Warning, "now");
        check(503, Warning, "now");
        check(101, Warning, "log");
    }

    #[test]
    fn clocks_that_differ_are_told() {
        let now = UNIX_EPOCH + Duration::from_hours(500_000);
        let check = |date: Option<SystemTime>, severity: Severity, said: &str| {
            let found = answered("otlp_traces", "collector", Answer { status: 200, date }, now);
            assert_eq!(found.severity, severity, "{found:?}");
            assert!(found.message.contains(said), "{found:?}");
        };
        check(None, Ok, "200");
        check(Some(now + SKEW), Ok, "200");
        check(Some(now - SKEW), Ok, "200");
        check(Some(now + SKEW * 2), Warning, "60 s ahead");
        check(Some(now - SKEW * 3), Warning, "90 s behind");
    }
}
