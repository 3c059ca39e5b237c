//! The examination of obskit by itself.

/// When it examines itself unasked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Doctor {
    /// Some seconds after [`serve_admin`](crate::Telemetry::serve_admin), what
    /// [`doctor`](crate::Telemetry::doctor) finds wrong is logged, a line each, with target
    /// `obskit::doctor`. Default: true (`OBSKIT_DOCTOR`).
    pub at_start: bool,
}

impl Default for Doctor {
    fn default() -> Self {
        Self { at_start: true }
    }
}
