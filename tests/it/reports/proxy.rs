//! Collectors and Sentry behind a proxy.

use obskit::config::{Config, Protocol};
use obskit::telemetry::Severity;
use obskit_tests::certificates::Authority;
use obskit_tests::collector::Collector;
use obskit_tests::exported::{Sums, failures, requests};
use obskit_tests::lab::{Lab, field};
use obskit_tests::proxy::Proxy;
use obskit_tests::sentry::{KEY, PROJECT, Sentry};

use super::sending::{PATIENCE, telemetry};

const USER: &str = "Aladdin:opensesame";
/// By RFC 7617.
const CREDENTIALS: &str = "Basic QWxhZGRpbjpvcGVuc2VzYW1l";

fn by(proxy: &Proxy, config: &mut Config) {
    let url = proxy.url(USER);
    config.proxy.https = Some(url.parse().unwrap());
    config.proxy.http = Some(url.parse().unwrap());
}

/// A name that leads nowhere but by the proxy.
fn dsn(scheme: &str) -> String {
    format!("{scheme}://{KEY}@sentry.test/{PROJECT}")
}

#[tokio::test]
async fn reports_are_handed_to_a_proxy() {
    let sentry = Sentry::start().await;
    let proxy = Proxy::start(sentry.addr()).await;
    let telemetry = telemetry(&sentry, |config| {
        config.reports.dsn = Some(dsn("http").parse().unwrap());
        by(&proxy, config);
    });
    failures(&telemetry, 2).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(Sums::of(&telemetry, "report"), Sums::new(2, 2, &[]));
    let asked = proxy.asked();
    assert_eq!(asked[0].line, "POST http://sentry.test/api/42/envelope/ HTTP/1.1");
    assert_eq!(asked[0].credentials.as_deref(), Some(CREDENTIALS));
    let found = telemetry.doctor().await;
    let found = found.finding("error_reports").unwrap();
    assert_eq!(found.severity, Severity::Ok, "{found:?}");
}

#[tokio::test]
async fn what_is_secured_goes_through_a_tunnel() {
    let authority = Authority::new();
    let sentry = Sentry::start_tls(authority.server_called("sentry.test", false)).await;
    let proxy = Proxy::start(sentry.addr()).await;
    let telemetry = telemetry(&sentry, |config| {
        config.reports.dsn = Some(dsn("https").parse().unwrap());
        config.reports.certificate = Some(authority.certificate());
        by(&proxy, config);
    });
    failures(&telemetry, 2).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!(Sums::of(&telemetry, "report"), Sums::new(2, 2, &[]));
    let asked = proxy.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].line, "CONNECT sentry.test:443 HTTP/1.1");
    assert_eq!(asked[0].credentials.as_deref(), Some(CREDENTIALS));
    // They are the proxy's alone.
    assert!(!sentry.has_seen(CREDENTIALS));
}

async fn check_spans(protocol: Protocol, scheme: &str, expected: &str) {
    let (is_grpc, is_tls) = (protocol == Protocol::Grpc, scheme == "https");
    let authority = Authority::new();
    let collector = if is_tls {
        Collector::start_tls(authority.server_called("collector.test", false)).await
    } else {
        Collector::start().await
    };
    let proxy = Proxy::start(collector.addr()).await;
    let path = if is_grpc { "" } else { "/v1/traces" };
    let lab = Lab::new(|config| {
        collector.config(config);
        let otlp = &mut config.traces.otlp;
        otlp.endpoint = Some(format!("{scheme}://collector.test:4318{path}").parse().unwrap());
        otlp.protocol = protocol;
        otlp.certificate = is_tls.then(|| authority.certificate());
        by(&proxy, config);
    });
    requests(&lab.telemetry, 3).await;
    assert!(lab.telemetry.flush(PATIENCE));
    assert_eq!((collector.count_distinct(), collector.exports()[0].is_grpc), (3, is_grpc));
    let asked = &proxy.asked()[0];
    assert_eq!((&*asked.line, asked.credentials.as_deref()), (expected, Some(CREDENTIALS)));
    let found = lab.telemetry.doctor().await;
    let found = found.finding("otlp_traces").unwrap();
    assert_eq!(found.severity, Severity::Ok, "{found:?}");
}

#[tokio::test]
async fn spans_go_by_it_too() {
    use Protocol::{Grpc, HttpProtobuf};
    let tunnel = "CONNECT collector.test:4318 HTTP/1.1";
    let posted = "POST http://collector.test:4318/v1/traces HTTP/1.1";
    check_spans(HttpProtobuf, "http", posted).await;
    check_spans(HttpProtobuf, "https", tunnel).await;
    check_spans(Grpc, "http", tunnel).await;
    check_spans(Grpc, "https", tunnel).await;
}

#[tokio::test]
async fn this_machine_and_whom_it_is_not_for_are_reached_without() {
    let sentry = Sentry::start().await;
    let proxy = Proxy::that_refuses().await;
    let here = telemetry(&sentry, |config| by(&proxy, config));
    failures(&here, 1).await;
    assert!(here.flush(PATIENCE));
    assert_eq!((sentry.events().len(), proxy.asked()), (1, Vec::new()));
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_without_its_credentials() {
    for scheme in ["http", "https"] {
        let sentry = Sentry::start().await;
        let proxy = Proxy::that_refuses().await;
        let lab = Lab::new(|config| {
            sentry.config(config);
            config.reports.dsn = Some(dsn(scheme).parse().unwrap());
            by(&proxy, config);
        });
        failures(&lab.telemetry, 1).await;
        let report = lab.telemetry.shutdown(PATIENCE).await.unwrap();
        assert_eq!(report.lost_reports, 1, "{scheme}: {report}");
        let diagnosis = lab.telemetry.doctor().await;
        let found = diagnosis.finding("error_reports").unwrap();
        assert_eq!(found.severity, Severity::Failure, "{found:?}");
        let lines = lab.end();
        let told = lines.iter().find(|line| line["target"] == "obskit::export").unwrap();
        let error = field(&told["error"], "message").to_lowercase();
        assert!(error.contains("proxy auth"), "{scheme}: {error}");
        let shown = format!("{lines:?} {diagnosis} {diagnosis:?}");
        assert!(!shown.contains("opensesame") && !shown.contains("QWxhZGRpbjpvcGVuc2VzYW1l"));
    }
}

#[test]
fn the_environment_names_it() {
    let check = |variables: &[(&str, &str)], expected: [Option<&str>; 2], no_proxy: &str| {
        let config = Config::from_environment(&variables).unwrap();
        let proxy = &config.proxy;
        let found = [&proxy.https, &proxy.http];
        let found = found.map(|url| url.as_ref().map(ToString::to_string));
        assert_eq!(found.each_ref().map(Option::as_deref), expected, "{variables:?}");
        assert_eq!(proxy.no_proxy, no_proxy);
        assert!(!format!("{config:?}").contains("opensesame"));
        config.warnings
    };
    let (a, b) = ("http://Aladdin:opensesame@a:3128", "http://b");
    let shown = Some("http://a:3128");
    assert!(check(&[("HTTPS_PROXY", a)], [shown, None], "").is_empty());
    check(&[("https_proxy", a)], [shown, None], "");
    check(&[("HTTP_PROXY", a), ("NO_PROXY", "c, .d")], [None, shown], "c, .d");
    check(&[("http_proxy", a), ("no_proxy", "*")], [None, shown], "*");
    check(&[("ALL_PROXY", a)], [shown, shown], "");
    check(&[("all_proxy", a), ("HTTP_PROXY", b)], [shown, Some(b)], "");
    check(&[("HTTPS_PROXY", ""), ("https_proxy", a)], [shown, None], "");
    check(&[("HTTPS_PROXY", a), ("https_proxy", b)], [shown, None], "");
    let warnings = check(&[("ALL_PROXY", "socks5://Aladdin:opensesame@a")], [None, None], "");
    assert_eq!(
        warnings,
        ["ALL_PROXY is [hidden]: its scheme is not http; accepted: \
         http://[user:password@]host[:port]; it is ignored"]
    );
}
