//! Nothing is reported in this build.

/// For one request.
#[derive(Debug, Default)]
pub(super) struct Reported;
