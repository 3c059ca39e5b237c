//! Who is speaking, as a collector gets it.

use obskit::config::{Config, Detector};
use obskit_tests::collector::{Attributes, Collector};
use serde_json::json;

use super::lab::{Traced, ask, get};

/// The resource of a request's span, from these variables.
async fn resource(variables: &[(&str, &str)]) -> Attributes {
    let collector = Collector::start().await;
    let mut config = Config::from_environment(&variables).unwrap();
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    collector.config(&mut config);
    let traced = Traced { telemetry: obskit::Telemetry::build(config).unwrap(), collector };
    let router = axum::Router::new()
        .route("/users/{id}", axum::routing::get(async || ()))
        .layer(traced.telemetry.layer());
    ask(&router, get("/users/7?token=secret")).await;
    traced.span().resource
}

#[tokio::test]
async fn it_is_found_out_unless_given() {
    let given = "service.version=1.2,deployment.environment.name=staging,team=a%2Cb,\
                 process.pid=given,password=hunter2";
    let resource =
        resource(&[("OTEL_SERVICE_NAME", "workouts"), ("OTEL_RESOURCE_ATTRIBUTES", given)]).await;
    let check = |key: &str, expected: &str| assert_eq!(resource[key], json!(expected), "{key}");
    check("service.name", "workouts");
    check("service.version", "1.2");
    check("deployment.environment.name", "staging");
    check("team", "a,b");
    check("process.pid", "given");
    check("password", "[redacted]");
    check("telemetry.sdk.name", "obskit");
    check("telemetry.sdk.language", "rust");
    check("os.type", "linux");
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    check("host.name", host.trim());
    let program = std::env::current_exe().unwrap();
    check("process.executable.name", program.file_name().unwrap().to_str().unwrap());
    assert_eq!(resource["service.instance.id"].as_str().unwrap().len(), 36);
    let told = format!("{resource:?}");
    assert!(!told.contains("users") && !told.contains("secret"), "nothing of a request: {told}");
    assert!(!told.contains(&std::env::args().next().unwrap()), "no arguments: {told}");
}

#[tokio::test]
async fn detectors_are_chosen_by_name() {
    let check = async |detectors: &str, expected: &[&str]| {
        let resource = resource(&[("OBSKIT_RESOURCE_DETECTORS", detectors)]).await;
        let always = ["service.name", "telemetry.sdk"];
        let is_always = |key: &&String| !always.iter().any(|known| key.starts_with(known));
        let found: Vec<_> = resource.keys().filter(is_always).collect();
        assert_eq!(found, expected, "{detectors}");
    };
    check("none", &[]).await;
    check("os", &["os.type"]).await;
    check("Process, service", &["process.executable.name", "process.pid", "service.instance.id"])
        .await;
    check("host,os,os", &["host.arch", "host.name", "os.type"]).await;
}

#[test]
fn a_detector_that_is_not_there_is_told() {
    let wrong = Config::from_environment(&[("OBSKIT_RESOURCE_DETECTORS", "host,cloud")]);
    let wrong = wrong.unwrap_err().to_string();
    assert!(wrong.contains("there is no such detector") && wrong.contains("container"), "{wrong}");
    let all = Config::from_environment(&[("OBSKIT_RESOURCE_DETECTORS", "all")]).unwrap();
    assert_eq!(all.service.detectors, Detector::ALL);
}
