//! What is set.

use super::{check, diagnose};
use obskit::Telemetry;
use obskit::config::{Config, Propagator};
use obskit::telemetry::Severity::{self, Failure, Ok, Warning};

#[tokio::test]
async fn a_service_has_a_name() {
    check(&diagnose(|_| ()).await, "service_name", Warning, "OTEL_SERVICE_NAME");
    let named = diagnose(|config| "orders".clone_into(&mut config.service.name)).await;
    check(&named, "service_name", Ok, "\"orders\"");
}

#[tokio::test]
async fn ignored_settings_are_told() {
    check(&diagnose(|_| ()).await, "settings", Ok, "no setting");
    let environment = [("OTEL_TRACES_SAMPLER", "sometimes")];
    let config = Config::from_environment(&environment).unwrap();
    let found = Telemetry::build(config).unwrap().doctor().await;
    check(&found, "settings", Warning, "OTEL_TRACES_SAMPLER");

    let environment = [("OTEL_RESOURCE_ATTRIBUTES", "password=hunter2,team")];
    let config = Config::from_environment(&environment).unwrap();
    let found = Telemetry::build(config).unwrap().doctor().await;
    let found = check(&found, "settings", Warning, "OTEL_RESOURCE_ATTRIBUTES");
    assert!(!found.message.contains("hunter2"), "{found:?}");

    let many = |config: &mut Config| config.warnings = (0..9).map(|n| format!("no. {n}")).collect();
    let found = check(&diagnose(many).await, "settings", Warning, "no. 3; 5 more");
    assert!(!found.message.contains("no. 4"), "{found:?}");
    let disabled = diagnose(|config| config.disabled = true).await;
    check(&disabled, "settings", Warning, "OTEL_SDK_DISABLED");
}

#[tokio::test]
async fn the_operators_server_is_guarded() {
    let token = "0123456789abcdef";
    let cases: [(&str, Option<&str>, &str, Severity, &str); 10] = [
        ("127.0.0.1:9464", None, "", Ok, "for this machine"),
        ("[::1]:9464", None, "", Ok, "for this machine"),
        ("unix:/run/orders.sock", None, "", Ok, "unix:/run/orders.sock is for this machine"),
        ("0.0.0.0:9464", None, "", Warning, "OBSKIT_ADMIN_TOKEN"),
        ("[::]:9464", None, "", Warning, "[::]:9464 is open"),
        ("0.0.0.0:9464", Some(token), "", Ok, "token"),
        ("0.0.0.0:9464", None, "10.0.0.0/8", Ok, "allowed network"),
        ("0.0.0.0:9464", Some(token), "10.0.0.0/8,::/0", Failure, "::/0"),
        ("0.0.0.0:9464", None, "0.0.0.0/0", Failure, "for everybody"),
        ("0.0.0.0:9464", None, "0.0.0.0/1", Ok, "allowed network"),
    ];
    for (addr, token, allow, severity, said) in cases {
        let found = diagnose(|config| {
            config.admin.addr = addr.parse().unwrap();
            config.admin.token = token.map(|token| token.to_owned().into());
            config.admin.allow = allow.parse().unwrap();
        });
        let found = check(&found.await, "admin_access", severity, said);
        assert!(!format!("{found:?}").contains("0123456789abcdef"));
    }
}

#[tokio::test]
async fn a_trace_goes_on() {
    use Propagator::{B3, B3Multi, Baggage, TraceContext};
    let cases: [(&[Propagator], Severity, &str); 7] = [
        (&[TraceContext, Baggage], Ok, "by tracecontext, baggage"),
        (&[TraceContext], Ok, "by tracecontext"),
        (&[B3], Ok, "by b3"),
        (&[B3Multi], Ok, "by b3multi"),
        (&[B3, TraceContext, B3Multi], Ok, "by b3, tracecontext, b3multi"),
        (&[Baggage], Warning, "baggage carries no trace"),
        (&[], Warning, "OTEL_PROPAGATORS"),
    ];
    for (propagators, severity, said) in cases {
        let found = diagnose(|config| config.context.propagators = propagators.to_vec()).await;
        check(&found, "propagation", severity, said);
    }
}
