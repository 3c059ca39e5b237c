//! The Prometheus blackbox exporter asks a service how it does.

use obskit::health::Importance;
use obskit_tests::blackbox::{Blackbox, Probed};
use obskit_tests::watched::Watched;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A load balancer's: the status alone. And an operator's: the whole body, in its format.
const MODULES: [(&str, &str); 3] = [
    ("status", "valid_status_codes: [200]"),
    (
        "pass",
        r#"fail_if_body_not_matches_regexp: ['^{"status":"pass"}$'],
           fail_if_header_not_matches:
             [{header: Content-Type, regexp: '^application/health\+json$'}]"#,
    ),
    ("warn", r#"fail_if_body_not_matches_regexp: ['^{"status":"warn"}$']"#),
];
const WELL: Probed = Probed { succeeded: true, status: 200, body_differed: false };
const OTHER: Probed = Probed { succeeded: false, status: 200, body_differed: true };
const UNREADY: Probed = Probed { succeeded: false, status: 503, body_differed: false };

#[tokio::test]
async fn each_probe_is_told_what_it_asks() {
    let blackbox = Blackbox::start(&MODULES).await;
    let works = Arc::new(AtomicBool::new(true));
    for importance in [Importance::Critical, Importance::Optional] {
        works.store(true, Ordering::Relaxed);
        let service = service(importance, &works).await;
        service.becomes("store", "pass").await;
        let probe = async |module, path| blackbox.probe(module, &service.url(path)).await;
        for path in ["/livez", "/readyz", "/startupz"] {
            assert_eq!(probe("status", path).await, WELL, "{path}");
            assert_eq!(probe("pass", path).await, WELL, "{path}");
            assert_eq!(probe("warn", path).await, OTHER, "{path}");
        }
        works.store(false, Ordering::Relaxed);
        service.becomes("store", "fail").await;
        for path in ["/livez", "/startupz"] {
            assert_eq!(probe("pass", path).await, WELL, "{path}");
        }
        if importance == Importance::Critical {
            assert_eq!(probe("status", "/readyz").await, UNREADY);
        } else {
            assert_eq!(probe("status", "/readyz").await, WELL);
            assert_eq!(probe("warn", "/readyz").await, WELL);
        }
        assert_eq!(probe("pass", "/readyz?exclude=store").await, WELL);
        service.stop().await;
    }
}

async fn service(importance: Importance, works: &Arc<AtomicBool>) -> Watched {
    let works = Arc::clone(works);
    Watched::start(|health| {
        let check = health.check("store", move || {
            let works = works.load(Ordering::Relaxed);
            async move { works.then_some(()).ok_or("it is gone") }
        });
        let check = match importance {
            Importance::Optional => check.optional(),
            _ => check.critical(),
        };
        check.interval(Duration::from_millis(200)).register()
    })
    .await
}
