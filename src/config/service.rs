//! Who is speaking: the OpenTelemetry resource.

use super::env::executable;

/// The service's identity, on every log line, span, report and in `build_info`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Service {
    /// `service.name`, from `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES`. Not empty.
    /// Default: `unknown_service:` and the name of the program's file, as the specification has it.
    pub name: String,
    /// `service.version`. Default: none.
    pub version: Option<String>,
    /// `deployment.environment.name`, as `production`. Default: none.
    pub environment: Option<String>,
    /// `service.instance.id`. Default: none, and for what is exported a random one of this process.
    pub instance: Option<String>,
    /// The other attributes of `OTEL_RESOURCE_ATTRIBUTES`, in order. At most 128.
    pub attributes: Vec<(String, String)>,
    /// What is found out beside them for exported spans and log records. What is given above goes
    /// before it. Default: all there are (`OBSKIT_RESOURCE_DETECTORS`).
    pub detectors: Vec<Detector>,
}

/// Finds some attributes of the resource when a telemetry is built, from a few small files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detector {
    /// `container.id`, where the control group or a mount tells it.
    Container,
    /// `host.name` and `host.arch`.
    Host,
    /// `k8s.namespace.name`, `k8s.pod.name`, `k8s.pod.uid` and `k8s.container.name` in a pod. The
    /// pod's name is taken to be its host name; where a pod has another, or its node's because it
    /// is on the host's network, give `k8s.pod.name` in `OTEL_RESOURCE_ATTRIBUTES`.
    K8s,
    /// `os.type`.
    Os,
    /// `process.pid` and `process.executable.name`. Never arguments, which may hold secrets.
    Process,
    /// `service.instance.id`, a random one, where none is given.
    Service,
}

impl Service {
    /// How many further attributes may be given.
    pub(crate) const ATTRIBUTES: usize = 128;
}

impl Detector {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 6] =
        [Self::Container, Self::Host, Self::K8s, Self::Os, Self::Process, Self::Service];

    /// As in `OBSKIT_RESOURCE_DETECTORS`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Container => "container",
            Self::Host => "host",
            Self::K8s => "k8s",
            Self::Os => "os",
            Self::Process => "process",
            Self::Service => "service",
        }
    }
}

impl Default for Service {
    fn default() -> Self {
        Self {
            name: unnamed(),
            version: None,
            environment: None,
            instance: None,
            attributes: Vec::new(),
            detectors: Detector::ALL.to_vec(),
        }
    }
}

fn unnamed() -> String {
    const UNKNOWN: &str = "unknown_service";
    executable().map_or_else(|| UNKNOWN.to_owned(), |name| format!("{UNKNOWN}:{name}"))
}
