//! Whether the process may open what it needs.

use crate::metrics::collect::{Descriptors, descriptors};

use super::diagnosis::Finding;

const CHECK: &str = "descriptors";
/// A server that may open fewer turns clients away under any load. Linux gives 1024.
const FEW: u64 = 1_024;

/// Nothing where the system does not tell.
pub(super) fn examine() -> Option<Finding> {
    descriptors().map(judge)
}

fn judge(found: Descriptors) -> Finding {
    let Descriptors { open, limit } = found;
    let Some(limit) = limit else {
        return Finding::ok(CHECK, format!("{open} files and sockets are open, of any number"));
    };
    let said = format!("{open} files and sockets are open, of {limit} that may be");
    let hint = "Raise the limit (ulimit -n, systemd's LimitNOFILE=, Docker's --ulimit nofile), or \
                look for connections that are never closed.";
    match open.saturating_mul(100).checked_div(limit).unwrap_or(100) {
        95.. => Finding::failure(CHECK, said, hint),
        80.. => Finding::warning(CHECK, said, hint),
        _ if limit < FEW => Finding::warning(CHECK, said, hint),
        _ => Finding::ok(CHECK, said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Severity::{Failure, Ok, Warning};

    #[test]
    fn what_is_open_is_held_to_the_limit() {
        for (open, limit, severity) in [
            (10, None, Ok),
            (10, Some(1_024), Ok),
            (10, Some(1_023), Warning),
            (799, Some(1_000_000), Ok),
            (8_000, Some(10_000), Warning),
            (9_500, Some(10_000), Failure),
            (10_001, Some(10_000), Failure),
            (0, Some(0), Failure),
        ] {
            let found = judge(Descriptors { open, limit });
            assert_eq!(found.severity, severity, "{found:?}");
            assert_eq!(found.hint.is_some(), severity > Ok, "{found:?}");
        }
    }
}
