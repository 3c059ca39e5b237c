//! `/debug/config`.

use super::Rig;
use obskit::config::{AdminAddr, Config};

const PAGE: &str = "/debug/config";

/// Every setting that may hold a secret, with one.
const ENVIRONMENT: [(&str, &str); 7] = [
    ("OTEL_SERVICE_NAME", "orders"),
    ("OTEL_RESOURCE_ATTRIBUTES", "team=checkout,api_key=hunter2,owner=ghp_0123456789abcdefghij"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.local:4318"),
    ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer hunter2-of-all"),
    ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x-team=hunter2-of-logs"),
    ("SENTRY_DSN", "https://f00dhunter2@sentry.local/42"),
    ("OBSKIT_ADMIN_TOKEN", "hunter2-hunter2-hunter2"),
];

async fn text() -> String {
    let mut set = Config::from_environment(&ENVIRONMENT).unwrap();
    set.admin.addr = AdminAddr::from(([127, 0, 0, 1], 0));
    let rig = Rig::new(|config| *config = set).await;
    rig.text(PAGE).await
}

#[tokio::test]
async fn no_secret_is_shown() {
    let text = text().await;
    for secret in ["hunter2", "ghp_", "f00d"] {
        assert!(!text.contains(secret), "{secret} in\n{text}");
    }
}

#[tokio::test]
async fn the_settings_in_force_are_shown() {
    let text = text().await;
    for shown in ["orders", "checkout", "collector.local:4318", "sentry.local", "[hidden]"] {
        assert!(text.contains(shown), "{shown} in\n{text}");
    }
    // One of each signal, by its field and its default.
    for shown in [
        "series_limit: 2000",
        "drain_delay: 5s",
        "buffer: 8388608",
        "accept_request_id: true",
        "sampler: ParentBased(AlwaysOn)",
        "traces_sample_rate: 0.1",
    ] {
        assert!(text.contains(shown), "{shown} in\n{text}");
    }
    assert!(text.lines().all(|line| line.len() <= 100), "{text}");
}
