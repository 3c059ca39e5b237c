//! The one table of metrics: what the registry, the docs and the dashboards all read.
//!
#![doc = include_str!("../../docs/metrics.md")]

use crate::config::Naming;

use super::descriptor::Kind;

/// One of obskit's own metrics.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Definition {
    /// Its name, with `_total` if it is a counter.
    pub name: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it says, in a sentence.
    pub help: &'static str,
    /// Its name and labels under [`Naming::OpenTelemetry`], where they differ.
    pub semantic: Option<Semantic>,
}

/// A metric by OpenTelemetry's semantic conventions, as Prometheus writes them.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Semantic {
    /// Its name.
    pub name: &'static str,
    /// The names of its labels, one for one.
    pub labels: &'static [&'static str],
}

impl Definition {
    /// Name and labels under a naming.
    pub(crate) fn named(&self, naming: Naming) -> (&'static str, &'static [&'static str]) {
        match (naming, self.semantic) {
            (Naming::OpenTelemetry, Some(semantic)) => (semantic.name, semantic.labels),
            _ => (self.name, self.labels),
        }
    }
}

/// Declares each definition under a name of its own, and all of them as [`METRICS`].
macro_rules! catalog {
    ($($ident:ident = $kind:ident $name:literal [$($label:literal),*] $help:literal
        $(as $semantic:literal [$($semantic_label:literal),*])?;)*) => {
        $(pub(crate) const $ident: Definition = Definition {
            name: $name,
            kind: Kind::$kind,
            labels: &[$($label),*],
            help: $help,
            semantic: catalog!(@semantic $($semantic [$($semantic_label),*])?),
        };)*

        /// Every metric that obskit makes by itself, in the order of the reference.
        pub const METRICS: &[Definition] = &[$($ident),*];
    };
    (@semantic) => { None };
    (@semantic $name:literal [$($label:literal),*]) => {
        Some(Semantic { name: $name, labels: &[$($label),*] })
    };
}

catalog! {
    HTTP_REQUESTS = Counter "http_requests_total"
        ["method", "endpoint", "status", "outcome", "grpc_status"]
        "Requests that ended, by route template, status sent (499: client gone before it) \
         and outcome."
        as "http_server_requests_total"
        ["http_request_method", "http_route", "http_response_status_code", "outcome",
         "rpc_grpc_status_code"];
    HTTP_REQUEST_DURATION = Histogram "http_request_duration_seconds"
        ["method", "endpoint", "status"]
        "Time from the request's head to the end of the response's body, by class of status; \
         streams, upgrades and cancelled requests apart."
        as "http_server_request_duration_seconds"
        ["http_request_method", "http_route", "http_response_status_code"];
    HTTP_REQUESTS_IN_FLIGHT = Gauge "http_requests_in_flight" ["endpoint"]
        "Requests under way."
        as "http_server_active_requests" ["http_route"];
    HTTP_OLDEST_REQUEST = Gauge "http_oldest_request_seconds" ["endpoint"]
        "Age of the oldest request under way; 0 when there is none.";
    HTTP_STREAM_DURATION = Histogram "http_stream_duration_seconds" ["method", "endpoint"]
        "Time that server-sent events and other streams lasted.";
    HTTP_RESPONSE_TTFB = Histogram "http_response_ttfb_seconds" ["method", "endpoint"]
        "Time from the request's head to the response's head.";
    HTTP_REQUEST_BODY = Histogram "http_request_body_bytes" ["method", "endpoint"]
        "Size of the request's body by its content-length."
        as "http_server_request_body_size_bytes" ["http_request_method", "http_route"];
    HTTP_RESPONSE_BODY = Histogram "http_response_body_bytes" ["method", "endpoint"]
        "Size of the response's body as handed to the server."
        as "http_server_response_body_size_bytes" ["http_request_method", "http_route"];
    DEPENDENCY_REQUESTS = Counter "dependency_requests_total" ["dependency", "operation", "outcome"]
        "Calls to databases, caches and other services that ended.";
    DEPENDENCY_DURATION = Histogram "dependency_request_duration_seconds"
        ["dependency", "operation"]
        "Time a call to a dependency took, to the end of its answer.";
    DEPENDENCY_SLOW = Counter "dependency_slow_total" ["dependency", "operation"]
        "Calls to dependencies that took longer than the threshold, 1 s unless set.";
    DEPENDENCY_POOL = Gauge "dependency_pool_connections" ["dependency", "state"]
        "Connections of a dependency's pools: idle, used, the most there may be (max), and callers \
         that wait for one (pending).";
    HANDLER_CALLS = Counter "handler_calls_total" ["handler", "outcome"]
        "Calls of instrumented handlers that ended.";
    HANDLER_DURATION = Histogram "handler_duration_seconds" ["handler"]
        "Time a handler's call took, cancelled calls apart; the latency thresholds of SLOs are \
         among the buckets.";
    HANDLER_IN_FLIGHT = Gauge "handler_in_flight" ["handler"]
        "Calls of instrumented handlers under way.";
    JOB_RUNS = Counter "job_runs_total" ["job", "outcome"]
        "Runs of instrumented jobs that ended.";
    JOB_DURATION = Histogram "job_duration_seconds" ["job"]
        "Time a job's run took, cancelled runs apart; the longest times jobs may run are among the \
         buckets.";
    JOB_LAST_SUCCESS = Gauge "job_last_success_timestamp_seconds" ["job"]
        "When the job last succeeded, in seconds since 1970; 0 when it has not since the start.";
    JOB_IN_PROGRESS = Gauge "job_in_progress" ["job"]
        "Runs of the job under way.";
    JOB_MAX_RUNTIME = Gauge "job_max_runtime_seconds" ["job"]
        "The longest time the job may run, where that is declared.";
    SLO_OBJECTIVE = Gauge "slo_objective_ratio" ["slo", "objective"]
        "Part of the handler's calls that are to succeed (availability) or to be fast enough \
         (latency), 0 to 1.";
    SLO_THRESHOLD = Gauge "slo_latency_threshold_seconds" ["slo"]
        "The time within which the handler's calls are fast enough.";
    ACTIVE_USERS = Gauge "active_users" ["window"]
        "Distinct users seen within the window; an estimate within 2 %.";
    HEALTH_STATUS = Gauge "health_check_status" ["check"]
        "1 while the check passes, 0 while it fails or has not passed yet.";
    HEALTH_DURATION = Histogram "health_check_duration_seconds" ["check"]
        "Time that the check's runs took; those given up took their timeout.";
    HEALTH_CHANGE = Gauge "health_check_last_change_timestamp_seconds" ["check"]
        "When the check began to pass or to fail, in seconds since 1970; 0 before it does either.";
    HEALTH_FAILURES = Gauge "health_check_consecutive_failures" ["check"]
        "Failed runs of the check since the last that passed.";
    HEALTH_PROBE = Gauge "health_probe_status" ["probe"]
        "What the probe answers: 1 while it is 200, 0 while it is 503.";
    PROCESS_CPU = Counter "process_cpu_seconds_total" []
        "Total user and system CPU time spent in seconds.";
    PROCESS_START_TIME = Gauge "process_start_time_seconds" []
        "Start time of the process since unix epoch in seconds.";
    PROCESS_THREADS = Gauge "process_threads" []
        "Number of operating system threads in the process.";
    PROCESS_RESIDENT_MEMORY = Gauge "process_resident_memory_bytes" []
        "Resident memory size in bytes.";
    PROCESS_VIRTUAL_MEMORY = Gauge "process_virtual_memory_bytes" []
        "Virtual memory size in bytes.";
    PROCESS_VIRTUAL_MEMORY_MAX = Gauge "process_virtual_memory_max_bytes" []
        "Maximum amount of virtual memory available in bytes; absent when there is none.";
    PROCESS_MAJOR_PAGE_FAULTS = Counter "process_major_page_faults_total" []
        "Page faults for which a page was read from disk.";
    PROCESS_MINOR_PAGE_FAULTS = Counter "process_minor_page_faults_total" []
        "Page faults that were met without reading from disk.";
    PROCESS_OPEN_FDS = Gauge "process_open_fds" []
        "Number of open file descriptors.";
    PROCESS_MAX_FDS = Gauge "process_max_fds" []
        "Maximum number of open file descriptors.";
    PROCESS_STORAGE_READ = Counter "process_io_storage_read_bytes_total" []
        "Bytes read from storage for the process; what the page cache answered is not among them.";
    PROCESS_STORAGE_WRITTEN = Counter "process_io_storage_written_bytes_total" []
        "Bytes that the process made to be written to storage, now or later.";
    PROCESS_NETWORK_RECEIVE = Counter "process_network_receive_bytes_total" []
        "Bytes received over IP in the process's network namespace, loopback included.";
    PROCESS_NETWORK_TRANSMIT = Counter "process_network_transmit_bytes_total" []
        "Bytes sent over IP in the process's network namespace, loopback included.";
    RUNTIME_WORKERS = Gauge "runtime_workers" ["runtime"]
        "Worker threads of the tokio runtime.";
    RUNTIME_ALIVE_TASKS = Gauge "runtime_alive_tasks" ["runtime"]
        "Tasks spawned and not yet ended.";
    RUNTIME_QUEUE_DEPTH = Gauge "runtime_global_queue_depth" ["runtime"]
        "Tasks that are ready and wait in the runtime's global queue.";
    RUNTIME_BUSY_RATIO = Gauge "runtime_busy_ratio" ["runtime"]
        "Part of the workers' time spent working since the scrape before, 0 to 1.";
    RUNTIME_BUSY_SECONDS = Counter "runtime_worker_busy_seconds_total" ["runtime", "worker"]
        "Time the worker spent working.";
    RUNTIME_PARKS = Counter "runtime_worker_parks_total" ["runtime", "worker"]
        "Times the worker went to sleep for want of work.";
    RUNTIME_STALLED = Gauge "runtime_stalled_seconds" []
        "Time for which the service's tokio runtime has run no task; 0 while it runs them.";
    BUILD_INFO = Gauge "build_info" ["service", "version", "environment", "obskit_version"]
        "Which build is running; always 1.";
    LOG_EVENTS = Counter "log_events_total" ["level"]
        "Log events at the level set, by level; those that the flood limit suppressed are among \
         them.";
    ACCEPTED = Counter "obskit_accepted_total" ["signal"]
        "Telemetry that was taken for its way out: log lines by the buffer, spans, log records and \
         reports by their queues, scrapes by the operator's routes.";
    DELIVERED = Counter "obskit_delivered_total" ["signal"]
        "Telemetry that was handed on: log lines that the output has, spans and log records that a \
         collector took, reports that Sentry took, scrapes that were answered.";
    DROPPED = Counter "obskit_dropped_total" ["signal", "reason"]
        "Telemetry that was lost, by signal and reason; docs/logging.md, docs/tracing.md and \
         docs/reports.md tell the reasons.";
    ADMIN_REFUSED = Counter "obskit_admin_refused_total" ["reason"]
        "Requests to the operator's routes that were refused: with no token where one is set, with \
         a wrong one, or from where nobody is trusted.";
    SERIES_OVERFLOW = Counter "obskit_series_overflow_total" ["metric"]
        "Updates that went to a metric's overflow series because its series limit was reached.";
    SCRAPE_ERRORS = Counter "obskit_scrape_errors_total" ["reason"]
        "What was left out of expositions: foreign families whose names are taken (conflict) or \
         that no format expresses (malformed), and callbacks that panicked (panic).";
}
