//! What a `Cargo.lock` says of crates that obskit and the program must share.

use std::collections::{BTreeMap, BTreeSet};

use super::diagnosis::{Finding, Severity};

const CHECK: &str = "versions";

/// A crate that is to be there once, how bad it is if it is not, and why.
struct Shared {
    name: &'static str,
    severity: Severity,
    why: &'static str,
}

const SHARED: [Shared; 5] = [
    Shared {
        name: "opentelemetry",
        severity: Severity::Failure,
        why: "each has a context and a provider of its own, so spans of one never meet the other's",
    },
    Shared {
        name: "tracing-core",
        severity: Severity::Failure,
        why: "events of one never reach a subscriber of the other",
    },
    Shared {
        name: "tracing-subscriber",
        severity: Severity::Warning,
        why: "layers of one fit on no registry of the other",
    },
    Shared {
        name: "http",
        severity: Severity::Warning,
        why: "requests of one pass through no layer of the other",
    },
    Shared {
        name: "prometheus-client",
        severity: Severity::Warning,
        why: "registries of one cannot be served by the other",
    },
];

/// Whether each of them is there in one version at most.
pub(super) fn versions(text: &str) -> Finding {
    let packages = packages(text);
    if !packages.contains_key("obskit") {
        return Finding::warning(
            CHECK,
            "what was given is no Cargo.lock of a program with obskit",
            "Give include_str!(\"../Cargo.lock\"), with the path from that file to the workspace.",
        );
    }
    let several = |shared: &Shared| packages.get(shared.name).is_some_and(|found| found.len() > 1);
    let twice: Vec<_> = SHARED.iter().filter(|shared| several(shared)).collect();
    let Some(worst) = twice.iter().max_by_key(|shared| shared.severity) else {
        let names = SHARED.map(|shared| shared.name).join(", ");
        return Finding::ok(CHECK, format!("none of {names} is there in several versions"));
    };
    let said = twice.iter().map(|Shared { name, why, .. }| {
        let found = packages.get(name).map(BTreeSet::iter).into_iter().flatten();
        let versions: Vec<_> = found.map(|(version, _)| *version).collect();
        format!("{name} is there as {}: {why}", versions.join(" and "))
    });
    let hint = format!("`cargo tree --invert {}@<version>` says what brings each in.", worst.name);
    let message = said.collect::<Vec<_>>().join("; ");
    Finding { severity: worst.severity, ..Finding::warning(CHECK, message, hint) }
}

/// Every package with its versions and where each is from.
fn packages(text: &str) -> BTreeMap<&str, BTreeSet<(&str, &str)>> {
    let mut packages: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    // The form is cargo's own, which writes a key to a line and nothing else.
    for package in text.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let mut lines = package.lines().map(|line| line.split_once(" = "));
            let value = lines.find_map(|line| line.filter(|(name, _)| *name == key))?.1;
            Some(value.trim().trim_matches('"'))
        };
        if let (Some(name), Some(version)) = (value("name"), value("version")) {
            let source = value("source").unwrap_or_default();
            packages.entry(name).or_default().insert((version, source));
        }
    }
    packages
}
