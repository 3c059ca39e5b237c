//! Without the feature `admin` there is nothing to serve.

/// No server.
#[derive(Debug, Default)]
pub(crate) struct Serving {}
