//! Without the feature `admin` there is nothing to serve.

/// No server.
#[derive(Debug, Default)]
pub(super) struct Admin;

impl Admin {
    pub(super) fn stop(&self) {}
}
