//! `OTEL_*`, by the OpenTelemetry environment variable specification, but for the exporters' own.

use super::parse;
use super::reader::{Parsed, Reader};
use crate::config::{Batch, Config, Exporter, Metrics, Propagator, RootSampler, Sampler, Service};

pub(super) fn read(reader: &mut Reader<'_>, config: &mut Config) {
    config.disabled = reader.lenient("OTEL_SDK_DISABLED", parse::boolean).unwrap_or_default();
    service(reader, &mut config.service);
    set(&mut config.context.propagators, propagators(reader));
    set(&mut config.traces.sampler, sampler(reader));
    exporters(reader, config);
    batch(reader, "BSP", &mut config.traces.batch);
    batch(reader, "BLRP", &mut config.logs.batch);
    limits(reader, config);
    metrics(reader, &mut config.metrics);
}

/// Puts a value where it belongs, if one was given.
pub(super) fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn service(reader: &mut Reader<'_>, service: &mut Service) {
    let attributes = reader.lenient("OTEL_RESOURCE_ATTRIBUTES", |text| {
        let pairs = parse::pairs(text)?;
        if pairs.len() > Service::ATTRIBUTES { Err("they are more than 128") } else { Ok(pairs) }
    });
    service.attributes = attributes.unwrap_or_default();
    let mut take = |key: &str| {
        let at = service.attributes.iter().position(|(known, _)| known == key)?;
        let (_, value) = service.attributes.remove(at);
        Some(value).filter(|value| !value.trim().is_empty())
    };
    let name = take("service.name");
    service.version = take("service.version");
    service.instance = take("service.instance.id");
    // The older name of the same attribute, which much tooling still writes.
    let former = take("deployment.environment");
    service.environment = take("deployment.environment.name").or(former);
    let given = reader.lenient("OTEL_SERVICE_NAME", |text| Ok(text.to_owned()));
    set(&mut service.name, given.or(name));
}

/// Formats we do not know are left out, with a warning each; if none is left, the setting is
/// ignored.
fn propagators(reader: &mut Reader<'_>) -> Option<Vec<Propagator>> {
    const NAME: &str = "OTEL_PROPAGATORS";
    let text = reader.lenient(NAME, |text| Ok(text.to_ascii_lowercase()))?;
    if text == "none" {
        return Some(Vec::new());
    }
    let mut propagators = Vec::new();
    for item in parse::list(&text) {
        match Propagator::from_name(item) {
            Some(known) if propagators.contains(&known) => {}
            Some(known) => propagators.push(known),
            None => reader.warning(NAME, item, ""),
        }
    }
    (!propagators.is_empty()).then_some(propagators)
}

fn sampler(reader: &mut Reader<'_>) -> Option<Sampler> {
    const RATIO: &str = "OTEL_TRACES_SAMPLER_ARG";
    let known = [
        ("always_on", Sampler::AlwaysOn),
        ("always_off", Sampler::AlwaysOff),
        ("traceidratio", Sampler::Ratio(1.0)),
        ("parentbased_always_on", Sampler::ParentBased(RootSampler::AlwaysOn)),
        ("parentbased_always_off", Sampler::ParentBased(RootSampler::AlwaysOff)),
        ("parentbased_traceidratio", Sampler::ParentBased(RootSampler::Ratio(1.0))),
    ];
    let sampler = reader.lenient("OTEL_TRACES_SAMPLER", |text| parse::one_of(text, &known));
    match sampler {
        None if reader.is_set(RATIO) => {
            reader.warn(format!("{RATIO} is ignored, for OTEL_TRACES_SAMPLER names no sampler"));
            None
        }
        Some(Sampler::Ratio(all)) => {
            Some(Sampler::Ratio(reader.lenient(RATIO, parse::share).unwrap_or(all)))
        }
        Some(Sampler::ParentBased(RootSampler::Ratio(all))) => {
            let ratio = reader.lenient(RATIO, parse::share).unwrap_or(all);
            Some(Sampler::ParentBased(RootSampler::Ratio(ratio)))
        }
        other => other,
    }
}

fn exporters(reader: &mut Reader<'_>, config: &mut Config) {
    let traces = reader.lenient("OTEL_TRACES_EXPORTER", |text| {
        parse::one_of(
            text,
            &[("otlp", Exporter::Otlp), ("console", Exporter::Console), ("none", Exporter::None)],
        )
    });
    set(&mut config.traces.exporter, traces);
    let logs = reader.lenient("OTEL_LOGS_EXPORTER", |text| pushed(text, "console"));
    set(&mut config.logs.exporter, logs);
    let metrics = reader.lenient("OTEL_METRICS_EXPORTER", |text| pushed(text, "prometheus"));
    set(&mut config.metrics.exporter, metrics);
    warn_of_missing(reader, config);
}

/// What asks for an export is of no use in a build without one.
#[cfg(not(feature = "otlp"))]
fn warn_of_missing(reader: &mut Reader<'_>, config: &Config) {
    let of_all = ["OTEL_EXPORTER_OTLP_ENDPOINT"].as_slice();
    for (exporter, own) in [
        (
            config.traces.exporter,
            ["OTEL_TRACES_EXPORTER", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"].as_slice(),
        ),
        (
            config.logs.exporter,
            ["OTEL_LOGS_EXPORTER", "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"].as_slice(),
        ),
    ] {
        let mut names = own.iter().chain(of_all).filter(|name| reader.is_set(name));
        if let Some(name) = names.next().filter(|_| exporter != Exporter::None) {
            reader.warn(format!("{name} asks for an export, and obskit's feature otlp is off"));
        }
    }
}

#[cfg(feature = "otlp")]
fn warn_of_missing(_: &mut Reader<'_>, _: &Config) {}

/// The exporter beside the one that is there in any case.
fn pushed(text: &str, always: &str) -> Parsed<Exporter> {
    let known = [("otlp", Exporter::Otlp), (always, Exporter::None), ("none", Exporter::None)];
    let mut pushed = Exporter::None;
    for item in parse::list(text) {
        if parse::one_of(item, &known)? == Exporter::Otlp {
            pushed = Exporter::Otlp;
        }
    }
    Ok(pushed)
}

fn batch(reader: &mut Reader<'_>, processor: &str, batch: &mut Batch) {
    let name = |setting: &str| format!("OTEL_{processor}_{setting}");
    set(&mut batch.schedule_delay, reader.lenient(&name("SCHEDULE_DELAY"), parse::milliseconds));
    set(&mut batch.export_timeout, reader.lenient(&name("EXPORT_TIMEOUT"), parse::timeout));
    let largest = Batch::LARGEST_QUEUE;
    let queue =
        reader.lenient(&name("MAX_QUEUE_SIZE"), |text| parse::integer(text, &(1..=largest)));
    set(&mut batch.queue_size, queue);
    // A default larger than the queue that was asked for gives way; a given one is ignored.
    batch.batch_size = batch.batch_size.min(batch.queue_size);
    let size = reader.lenient(&name("MAX_EXPORT_BATCH_SIZE"), |text| {
        parse::integer(text, &(1..=batch.queue_size))
    });
    set(&mut batch.batch_size, size);
}

/// A general limit holds for spans and records alike, where they have none of their own.
fn limits(reader: &mut Reader<'_>, config: &mut Config) {
    let mut count = |name: &str| reader.lenient(name, parse::count);
    let length = count("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT");
    let attributes = count("OTEL_ATTRIBUTE_COUNT_LIMIT");
    let spans = &mut config.traces.limits;
    spans.attribute_value_length = count("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT").or(length);
    set(&mut spans.attributes, count("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT").or(attributes));
    set(&mut spans.events, count("OTEL_SPAN_EVENT_COUNT_LIMIT"));
    set(&mut spans.links, count("OTEL_SPAN_LINK_COUNT_LIMIT"));
    set(&mut spans.event_attributes, count("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT").or(attributes));
    set(&mut spans.link_attributes, count("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT").or(attributes));
    let logs = &mut config.logs.limits;
    logs.attribute_value_length = count("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT").or(length);
    set(&mut logs.attributes, count("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT").or(attributes));
}

fn metrics(reader: &mut Reader<'_>, metrics: &mut Metrics) {
    let exemplars = reader.lenient("OTEL_METRICS_EXEMPLAR_FILTER", |text| {
        parse::one_of(text, &[("trace_based", true), ("always_off", false)])
    });
    set(&mut metrics.exemplars, exemplars);
    let interval = reader.lenient("OTEL_METRIC_EXPORT_INTERVAL", |text| {
        let interval = parse::milliseconds(text)?;
        if interval < Metrics::SHORTEST_INTERVAL { Err("it is too short") } else { Ok(interval) }
    });
    set(&mut metrics.export_interval, interval);
    let timeout = reader.lenient("OTEL_METRIC_EXPORT_TIMEOUT", parse::timeout);
    set(&mut metrics.export_timeout, timeout);
}
