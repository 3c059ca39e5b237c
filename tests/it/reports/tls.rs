//! Sentry over TLS.

use obskit::Telemetry;
use obskit::telemetry::Severity;
use obskit_tests::certificates::Authority;
use obskit_tests::exported::{Sums, failures};
use obskit_tests::lab::{Lab, field};
use obskit_tests::sentry::Sentry;
use obskit_tests::settings;

use super::sending::{PATIENCE, telemetry};

#[tokio::test]
async fn what_is_signed_by_the_given_authority_is_trusted() {
    let authority = Authority::new();
    let sentry = Sentry::start_tls(authority.server(false)).await;
    let telemetry = telemetry(&sentry, |config| {
        config.reports.certificate = Some(authority.certificate());
    });
    failures(&telemetry, 2).await;
    assert!(telemetry.flush(PATIENCE));
    assert_eq!((Sums::of(&telemetry, "report"), sentry.events().len()), (Sums::new(2, 2, &[]), 2));
    let diagnosis = telemetry.doctor().await;
    for check in ["error_reports", "report_export"] {
        let found = diagnosis.finding(check).unwrap();
        assert_eq!(found.severity, Severity::Ok, "{found:?}");
    }
}

#[tokio::test]
async fn another_authority_is_not_trusted_and_that_is_told() {
    let sentry = Sentry::start_tls(Authority::new().server(false)).await;
    let other = Authority::new();
    let lab = Lab::new(|config| {
        sentry.config(config);
        config.reports.certificate = Some(other.certificate());
    });
    failures(&lab.telemetry, 1).await;
    let diagnosis = lab.telemetry.doctor().await;
    let found = diagnosis.finding("error_reports").unwrap();
    assert_eq!(found.severity, Severity::Failure, "{found:?}");
    assert!(found.hint.as_ref().unwrap().contains("OBSKIT_REPORT_CERTIFICATE"), "{found:?}");
    let report = lab.telemetry.shutdown(PATIENCE).await.unwrap();
    assert_eq!(report.lost_reports, 1);
    let lines = lab.end();
    let told = lines.iter().find(|line| line["target"] == "obskit::export").unwrap();
    assert!(field(&told["metadata"], "hint").contains("OBSKIT_REPORT_CERTIFICATE"), "{told}");
    assert_eq!(sentry.envelopes(), []);
}

#[test]
fn a_file_that_holds_no_certificates_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    for file in [folder.path().join("none.pem"), empty] {
        let mut config = settings::local();
        config.reports.dsn = Some("https://f00d@localhost/1".parse().unwrap());
        config.reports.certificate = Some(file.clone());
        let error = Telemetry::build(config).unwrap_err();
        assert!(error.is_config(), "{error}");
        let said = error.to_string();
        assert!(said.contains("Sentry") && said.contains(&*file.to_string_lossy()), "{said}");
    }
}
