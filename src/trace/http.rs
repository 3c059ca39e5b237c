//! What HTTP's versions are called, and what nothing is known of.

use http::Version;

/// The low-cardinality word for what nothing is known of.
pub(super) const OTHER: &str = "_OTHER";

/// As `network.protocol.version` has it.
pub(super) fn protocol_version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_09 => Some("0.9"),
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        Version::HTTP_3 => Some("3"),
        _ => None,
    }
}
