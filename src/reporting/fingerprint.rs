//! What reports are alike by.

/// What Sentry groups reports by, and obskit limits them by: what is the same for the same failure
/// of any request, host and build.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint(pub(super) Vec<String>);

impl Fingerprint {
    /// As `event.fingerprint` has it.
    pub(crate) fn parts(&self) -> &[String] {
        &self.0
    }
}
