//! What is set, and what an operator most likely meant otherwise.

use crate::config::{Admin, Config, Service};
use crate::redaction::Redactor;

use super::diagnosis::Finding;

const SERVICE: &str = "service_name";
const SETTINGS: &str = "settings";
const ACCESS: &str = "admin_access";
/// Ignored settings that are quoted.
const QUOTED: usize = 4;

/// Whether telemetry can be told from that of other services.
pub(super) fn service_name(config: &Config) -> Finding {
    let name = &config.service.name;
    if *name != Service::default().name {
        return Finding::ok(SERVICE, format!("the service is {name:?}"));
    }
    Finding::warning(
        SERVICE,
        format!("the service has no name but its program's: it is {name:?}"),
        "Set OTEL_SERVICE_NAME, or config.service.name.",
    )
}

/// Whether all of what is set holds. A value that does not may have a secret in it.
pub(super) fn ignored(config: &Config, redactor: &Redactor) -> Finding {
    if config.disabled {
        return Finding::warning(
            SETTINGS,
            "nothing is recorded or exported, for it is switched off",
            "Unset OTEL_SDK_DISABLED, or config.disabled.",
        );
    }
    let warnings = &config.warnings;
    if warnings.is_empty() {
        return Finding::ok(SETTINGS, "no setting is ignored");
    }
    let quoted = warnings.iter().take(QUOTED).map(|warning| redactor.clean(warning));
    let more = warnings.len().checked_sub(QUOTED).filter(|more| *more > 0);
    let more = more.map(|more| format!("{more} more").into());
    let quoted: Vec<_> = quoted.chain(more).collect();
    Finding::warning(
        SETTINGS,
        format!("settings are ignored: {}", quoted.join("; ")),
        "docs/configuration.md has what each variable accepts.",
    )
}

/// Whether the operator's details are for the operator.
pub(super) fn admin_access(admin: &Admin) -> Finding {
    let Admin { addr, token, allow, .. } = admin;
    let server = format!("the operator's server at {addr}");
    if allow.is_everybody() {
        return Finding::failure(
            ACCESS,
            format!("{server} shows and changes everything for everybody, with or without a token"),
            "Have the networks of operators in OBSKIT_ADMIN_ALLOW, and not 0.0.0.0/0 or ::/0.",
        );
    }
    let is_local = addr.tcp().is_none_or(|addr| addr.ip().is_loopback());
    let guard = match (is_local, token) {
        (true, _) => "is for this machine",
        (false, Some(_)) => "wants a token",
        (false, None) if !allow.is_empty() => "wants a caller from an allowed network",
        (false, None) => {
            return Finding::warning(
                ACCESS,
                format!(
                    "{server} is open to the network without a token: metrics and probes are for \
                     everybody, the rest is for nobody"
                ),
                "Set OBSKIT_ADMIN_TOKEN or OBSKIT_ADMIN_ALLOW, or listen on 127.0.0.1.",
            );
        }
    };
    Finding::ok(ACCESS, format!("{server} {guard}"))
}
