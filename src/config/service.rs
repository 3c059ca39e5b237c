//! Who is speaking: the OpenTelemetry resource.

/// The service's identity, on every log line, span, report and in `build_info`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Service {
    /// `service.name`, from `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES`. Not empty.
    /// Default: `unknown_service`.
    pub name: String,
    /// `service.version`. Default: none.
    pub version: Option<String>,
    /// `deployment.environment.name`, as `production`. Default: none.
    pub environment: Option<String>,
    /// `service.instance.id`. Default: none.
    pub instance: Option<String>,
    /// The other attributes of `OTEL_RESOURCE_ATTRIBUTES`, in order. At most 128.
    pub attributes: Vec<(String, String)>,
}

impl Service {
    /// How many further attributes may be given.
    pub(crate) const ATTRIBUTES: usize = 128;
}

impl Default for Service {
    fn default() -> Self {
        Self {
            name: "unknown_service".to_owned(),
            version: None,
            environment: None,
            instance: None,
            attributes: Vec::new(),
        }
    }
}
