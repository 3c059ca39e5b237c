//! Names and values as they stand on a line.

/// Rendered members, each followed by the schema's separator.
#[derive(Debug, Default)]
pub(super) struct Members {
    bytes: Vec<u8>,
    ends: Vec<(&'static str, u32)>,
    /// A bit for each name, so that groups without a common name are told without comparing.
    mask: u64,
}
