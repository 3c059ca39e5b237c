//! `OTEL_*`, rule by rule of the OpenTelemetry environment variable specification.

use std::path::Path;
use std::time::Duration;

use obskit::config::{
    Compression, Config, Exporter, Otlp, Propagator, Protocol, RootSampler, Sampler, Signal,
};

use super::{config, problem, warning};

#[test]
fn booleans_are_true_by_one_word_alone() {
    for (text, expected) in [("true", true), ("True", true), ("TRUE", true), ("false", false)] {
        let config = config(&[("OTEL_SDK_DISABLED", text)]);
        assert_eq!(config.disabled, expected, "{text}");
        assert!(config.warnings.is_empty());
    }
    for text in ["1", "yes", "on", "truth"] {
        let pairs = [("OTEL_SDK_DISABLED", text)];
        assert!(!config(&pairs).disabled);
        assert!(warning(&pairs).contains("OTEL_SDK_DISABLED"));
    }
}

#[test]
fn numbers_out_of_bounds_are_ignored_with_a_warning() {
    for text in ["-1", "many", "1.5", "2147483648", "99999999999999999999999", "0x10"] {
        let pairs = [("OTEL_SPAN_EVENT_COUNT_LIMIT", text)];
        assert_eq!(config(&pairs).traces.limits.events, 128, "{text}");
        let warning = warning(&pairs);
        assert!(warning.contains(text) && warning.contains("0 to 2147483647"), "{warning}");
    }
    assert_eq!(config(&[("OTEL_SPAN_EVENT_COUNT_LIMIT", "0")]).traces.limits.events, 0);
    let largest = config(&[("OTEL_SPAN_EVENT_COUNT_LIMIT", "2147483647")]);
    assert_eq!(largest.traces.limits.events, 2_147_483_647);
    assert!(warning(&[("OTEL_BSP_MAX_QUEUE_SIZE", "0")]).contains("OTEL_BSP_MAX_QUEUE_SIZE"));
}

#[test]
fn an_endless_timeout_is_a_very_long_one() {
    let endless = Duration::from_millis(2_147_483_647);
    assert_eq!(config(&[("OTEL_BSP_EXPORT_TIMEOUT", "0")]).traces.batch.export_timeout, endless);
    assert_eq!(config(&[("OTEL_EXPORTER_OTLP_TIMEOUT", "0")]).logs.otlp.timeout, endless);
    let delay = config(&[("OTEL_BSP_SCHEDULE_DELAY", "0")]).traces.batch.schedule_delay;
    assert_eq!(delay, Duration::ZERO);
}

#[test]
fn the_service_has_its_attributes_decoded() {
    let attributes = "service.name=by-list,service.version=1.2, service.instance.id = pod-7 ,\
                      deployment.environment.name=staging,team=push%20%26%20pull,empty=";
    let service = config(&[("OTEL_RESOURCE_ATTRIBUTES", attributes)]).service;
    assert_eq!(service.name, "by-list");
    assert_eq!(service.version.as_deref(), Some("1.2"));
    assert_eq!(service.instance.as_deref(), Some("pod-7"));
    assert_eq!(service.environment.as_deref(), Some("staging"));
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(service.attributes, [pair("team", "push & pull"), pair("empty", "")]);
    let both = [("OTEL_RESOURCE_ATTRIBUTES", attributes), ("OTEL_SERVICE_NAME", "by-name")];
    assert_eq!(config(&both).service.name, "by-name");
    let former = [("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=qa")];
    assert_eq!(config(&former).service.environment.as_deref(), Some("qa"));
}

#[test]
fn wrong_attributes_are_discarded_whole() {
    let many = (0..129).map(|number| format!("k{number}=v")).collect::<Vec<_>>().join(",");
    for text in ["service.name=a,b", "service.name=a,b=%zz", "=1,service.name=a", &many] {
        let pairs = [("OTEL_RESOURCE_ATTRIBUTES", text)];
        let config = config(&pairs);
        assert_eq!(config.service.name, Config::default().service.name, "{text}");
        assert!(config.service.attributes.is_empty());
        assert!(warning(&pairs).contains("OTEL_RESOURCE_ATTRIBUTES"));
    }
}

#[test]
fn propagators_are_each_registered_once() {
    use Propagator::{B3, B3Multi, Baggage, TraceContext};
    let check = |text: &str, expected: &[Propagator], warnings: usize| {
        let config = config(&[("OTEL_PROPAGATORS", text)]);
        assert_eq!(config.context.propagators, expected, "{text}");
        assert_eq!(config.warnings.len(), warnings, "{text}");
    };
    check("b3,b3multi,b3", &[B3, B3Multi], 0);
    check("TraceContext, baggage", &[TraceContext, Baggage], 0);
    check("none", &[], 0);
    check("tracecontext,jaeger,none", &[TraceContext], 2);
    check("xray", &[TraceContext, Baggage], 1);
    // Propagation stays whole when the rest is off.
    let pairs = [("OTEL_SDK_DISABLED", "true"), ("OTEL_PROPAGATORS", "b3")];
    assert_eq!(config(&pairs).context.propagators, [B3]);
}

#[test]
fn samplers() {
    let check = |name: &str, argument: &str, expected: Sampler, warnings: usize| {
        let pairs = [("OTEL_TRACES_SAMPLER", name), ("OTEL_TRACES_SAMPLER_ARG", argument)];
        let config = config(&pairs);
        assert_eq!(config.traces.sampler, expected, "{name} {argument}");
        assert_eq!(config.warnings.len(), warnings, "{name} {argument}");
    };
    let root = Sampler::ParentBased;
    check("always_on", "", Sampler::AlwaysOn, 0);
    check("ALWAYS_OFF", "", Sampler::AlwaysOff, 0);
    check("traceidratio", "0.25", Sampler::Ratio(0.25), 0);
    check("traceidratio", "", Sampler::Ratio(1.0), 0);
    check("traceidratio", "1.01", Sampler::Ratio(1.0), 1);
    check("traceidratio", "NaN", Sampler::Ratio(1.0), 1);
    check("parentbased_always_on", "", root(RootSampler::AlwaysOn), 0);
    check("parentbased_always_off", "", root(RootSampler::AlwaysOff), 0);
    check("parentbased_traceidratio", "0", root(RootSampler::Ratio(0.0)), 0);
    check("parentbased_traceidratio", "-1", root(RootSampler::Ratio(1.0)), 1);
    check("jaeger_remote", "", root(RootSampler::AlwaysOn), 1);
    check("", "0.5", root(RootSampler::AlwaysOn), 1);
}

#[test]
fn exporters() {
    let check = |variable: &str, text: &str, expected: Exporter, warnings: usize| {
        let config = config(&[(variable, text)]);
        let found = match variable {
            "OTEL_TRACES_EXPORTER" => config.traces.exporter,
            "OTEL_LOGS_EXPORTER" => config.logs.exporter,
            _ => config.metrics.exporter,
        };
        assert_eq!(found, expected, "{variable}={text}");
        assert_eq!(config.warnings.len(), warnings, "{variable}={text}");
    };
    check("OTEL_TRACES_EXPORTER", "none", Exporter::None, 0);
    check("OTEL_TRACES_EXPORTER", "Console", Exporter::Console, 0);
    check("OTEL_TRACES_EXPORTER", "zipkin", Exporter::Otlp, 1);
    check("OTEL_LOGS_EXPORTER", "otlp", Exporter::Otlp, 0);
    check("OTEL_LOGS_EXPORTER", "console,otlp", Exporter::Otlp, 0);
    check("OTEL_LOGS_EXPORTER", "prometheus", Exporter::None, 1);
    check("OTEL_METRICS_EXPORTER", "prometheus", Exporter::None, 0);
    check("OTEL_METRICS_EXPORTER", "otlp,prometheus", Exporter::Otlp, 0);
    check("OTEL_METRICS_EXPORTER", "console", Exporter::None, 1);
}

#[test]
fn a_batch_fits_its_queue() {
    let check = |queue: &str, batch: &str, expected: (usize, usize), warnings: usize| {
        for processor in ["BSP", "BLRP"] {
            let queue_name = format!("OTEL_{processor}_MAX_QUEUE_SIZE");
            let batch_name = format!("OTEL_{processor}_MAX_EXPORT_BATCH_SIZE");
            let config = config(&[(&queue_name, queue), (&batch_name, batch)]);
            let found = if processor == "BSP" { config.traces.batch } else { config.logs.batch };
            assert_eq!((found.queue_size, found.batch_size), expected, "{queue} {batch}");
            assert_eq!(config.warnings.len(), warnings, "{queue} {batch}");
        }
    };
    check("100", "", (100, 100), 0);
    check("100", "50", (100, 50), 0);
    check("100", "101", (100, 100), 1);
    check("", "2048", (2_048, 2_048), 0);
    check("", "2049", (2_048, 512), 1);
}

#[test]
fn general_limits_give_way_to_those_of_a_signal() {
    let config = config(&[
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "10"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "20"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "30"),
        ("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", "40"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "50"),
    ]);
    let (spans, logs) = (config.traces.limits, config.logs.limits);
    assert_eq!((spans.attributes, spans.attribute_value_length), (30, Some(20)));
    assert_eq!((spans.event_attributes, spans.link_attributes, spans.links), (10, 10, 50));
    assert_eq!((logs.attributes, logs.attribute_value_length), (10, Some(40)));
}

#[test]
fn endpoints_for_all_signals_get_their_path() {
    let check = |general: &str, traces: &str, expected: [&str; 2]| {
        let config = config(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", general),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", traces),
        ]);
        let found = [
            config.traces.otlp.url(Signal::Traces).to_string(),
            config.logs.otlp.url(Signal::Logs).to_string(),
        ];
        assert_eq!(found, expected, "{general} {traces}");
    };
    check("http://c:4318", "", ["http://c:4318/v1/traces", "http://c:4318/v1/logs"]);
    check("https://c/otlp/", "", ["https://c/otlp/v1/traces", "https://c/otlp/v1/logs"]);
    check("http://c//", "http://t", ["http://t/", "http://c/v1/logs"]);
    check("", "http://t:1/x", ["http://t:1/x", "http://localhost:4318/v1/logs"]);
    check("http://c?k=v", "", ["http://c/v1/traces?k=v", "http://c/v1/logs?k=v"]);
}

#[test]
fn grpc_knows_targets_without_a_scheme() {
    let check = |endpoint: &str, insecure: &str, expected: &str| {
        let config = config(&[
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_INSECURE", insecure),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ]);
        assert_eq!(config.traces.otlp.protocol, Protocol::Grpc);
        assert_eq!(config.traces.otlp.url(Signal::Traces), expected, "{endpoint} {insecure}");
    };
    check("", "", "http://localhost:4317/");
    check("collector:4317", "", "https://collector:4317/");
    check("collector:4317", "true", "http://collector:4317/");
    check("https://collector:4317", "true", "https://collector:4317/");
}

#[test]
fn wrong_endpoints_are_errors() {
    let check = |endpoint: &str, reason: &str| {
        let problem = problem(&[("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)]);
        assert!(problem.starts_with("OTEL_EXPORTER_OTLP_ENDPOINT is "), "{problem}");
        assert!(problem.contains(reason), "{problem}");
    };
    check("collector:4318", "its scheme is not http or https");
    check("ftp://collector", "its scheme is not http or https");
    check("http://", "it is no URL");
    check("http://:4318", "it has no host");
    check("http://a b", "it is no URL");
    check("http://user:swordfish@collector", "is [hidden]: it holds credentials");
}

#[test]
fn each_setting_of_a_signal_goes_before_the_general_one() {
    let config = config(&[
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20abc,x-a=1"),
        ("OTEL_EXPORTER_OTLP_LOGS_HEADERS", "x-b=2"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1000"),
        ("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "2000"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
        ("OTEL_EXPORTER_OTLP_LOGS_COMPRESSION", "none"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"),
        ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "/key.pem"),
        ("OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY", "/traces-key.pem"),
        ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/chain.pem"),
    ]);
    let (traces, logs, metrics) = (config.traces.otlp, config.logs.otlp, config.metrics.otlp);
    assert_eq!(headers(&traces), [("authorization", "Bearer abc"), ("x-a", "1")]);
    assert_eq!(headers(&logs), [("x-b", "2")]);
    assert_eq!((logs.timeout.as_secs(), metrics.timeout.as_secs()), (1, 2));
    assert_eq!((traces.compression, logs.compression), (Compression::Gzip, Compression::None));
    assert_eq!((traces.protocol, logs.protocol), (Protocol::Grpc, Protocol::HttpProtobuf));
    assert_eq!(traces.certificate.as_deref(), Some(Path::new("/ca.pem")));
    assert_eq!(traces.client_key.as_deref(), Some(Path::new("/traces-key.pem")));
    assert_eq!(traces.client_certificate.as_deref(), Some(Path::new("/chain.pem")));
    assert_eq!(logs.client_key.as_deref(), Some(Path::new("/key.pem")));
}

#[test]
fn exemplars_and_pushes_of_metrics() {
    let off = [("OTEL_METRICS_EXEMPLAR_FILTER", "always_off")];
    assert!(!config(&off).metrics.exemplars);
    let on = [("OTEL_METRICS_EXEMPLAR_FILTER", "always_on")];
    assert!(config(&on).metrics.exemplars && warning(&on).contains("always_on"));
    let short = [("OTEL_METRIC_EXPORT_INTERVAL", "99")];
    assert_eq!(config(&short).metrics.export_interval.as_secs(), 60);
    assert!(warning(&short).contains("too short"));
    let shortest = [("OTEL_METRIC_EXPORT_INTERVAL", "100")];
    assert_eq!(config(&shortest).metrics.export_interval.as_millis(), 100);
}

fn headers(otlp: &Otlp) -> Vec<(&str, &str)> {
    otlp.headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.expose().to_str().unwrap()))
        .collect()
}
