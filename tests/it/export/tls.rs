//! TLS with an authority of one's own, and with a client's certificate.

use std::path::PathBuf;

use obskit::Telemetry;
use obskit::config::{Config, Otlp};
use obskit_tests::certificates::Authority;
use obskit_tests::collector::Collector;
use obskit_tests::exported::{Sums, requests};
use obskit_tests::lab::{Lab, field};
use obskit_tests::settings;
use obskit_tests::wait::wait_until;

use super::PATIENCE;

fn lab(collector: &Collector, is_grpc: bool, set: impl Fn(&mut Otlp)) -> Lab {
    Lab::new(|config: &mut Config| {
        collector.config_by(is_grpc, config);
        set(&mut config.traces.otlp);
    })
}

#[tokio::test]
async fn what_is_signed_by_the_given_authority_is_trusted() {
    let authority = Authority::new();
    for is_grpc in [false, true] {
        let collector = Collector::start_tls(authority.server(false)).await;
        let lab = lab(&collector, is_grpc, |otlp| otlp.certificate = Some(authority.certificate()));
        requests(&lab.telemetry, 3).await;
        assert!(lab.telemetry.flush(PATIENCE));
        assert_eq!(collector.count_distinct(), 3);
        assert_eq!(collector.exports()[0].is_grpc, is_grpc);
        assert_eq!(Sums::of_spans(&lab.telemetry), Sums::new(3, 3, &[]));
    }
}

#[tokio::test]
async fn a_client_shows_its_certificate() {
    let authority = Authority::new();
    let client = authority.client();
    for is_grpc in [false, true] {
        let collector = Collector::start_tls(authority.server(true)).await;
        let lab = lab(&collector, is_grpc, |otlp| {
            otlp.certificate = Some(authority.certificate());
            otlp.client_certificate = Some(client.certificate.clone());
            otlp.client_key = Some(client.key.clone());
        });
        requests(&lab.telemetry, 2).await;
        assert!(lab.telemetry.flush(PATIENCE));
        assert_eq!(collector.count_distinct(), 2);
    }
}

#[tokio::test]
async fn another_authority_is_not_trusted_and_that_is_told() {
    let collector = Collector::start_tls(Authority::new().server(false)).await;
    let other = Authority::new();
    let lab = lab(&collector, false, |otlp| otlp.certificate = Some(other.certificate()));
    let _entered = lab.enter();
    requests(&lab.telemetry, 1).await;
    let told = wait_until("the failure to be told", PATIENCE, async || {
        let lines = lab.written();
        let told = lines.iter().find(|line| field(line, "level") == "warn");
        told.map(ToString::to_string).ok_or(lines.len())
    });
    let told = told.await;
    assert!(told.contains("invalid peer certificate"), "{told}");
    assert!(told.contains("OTEL_EXPORTER_OTLP_CERTIFICATE"), "{told}");
    assert_eq!(collector.exports(), []);
}

#[test]
fn files_that_are_none_are_named() {
    let authority = Authority::new();
    let client = authority.client();
    let check = |set: &dyn Fn(&mut Otlp), parts: &[&str]| {
        let mut config = settings::local();
        config.traces.exporter = obskit::config::Exporter::Otlp;
        config.traces.otlp.endpoint = Some("https://localhost:4318/v1/traces".parse().unwrap());
        set(&mut config.traces.otlp);
        let error = Telemetry::build(config).unwrap_err();
        assert!(error.is_config(), "{error}");
        for part in parts {
            assert!(format!("{error:?}").contains(part), "{part}: {error:?}");
        }
    };
    let none = PathBuf::from("/nowhere/ca.pem");
    check(&|otlp| otlp.certificate = Some(none.clone()), &["/nowhere/ca.pem", "PEM"]);
    // A key is no certificate.
    check(&|otlp| otlp.certificate = Some(client.key.clone()), &["client.key", "PEM"]);
    check(
        &|otlp| {
            otlp.certificate = Some(authority.certificate());
            otlp.client_certificate = Some(client.certificate.clone());
            otlp.client_key = Some(client.certificate.clone());
        },
        &["client.pem", "private key"],
    );
}
