//! `OTEL_EXPORTER_OTLP_*`: general settings, and those of one signal, which go before them.

use std::path::PathBuf;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Uri};

use super::parse;
use super::reader::{Parsed, Reader};
use crate::config::{Compression, Config, Otlp, Protocol, Secret, Signal, validate};

pub(super) fn read(reader: &mut Reader<'_>, config: &mut Config) {
    let general = Settings::read(reader, None);
    for signal in Signal::ALL {
        let settings = Settings::read(reader, Some(signal));
        let otlp = match signal {
            Signal::Traces => &mut config.traces.otlp,
            Signal::Logs => &mut config.logs.otlp,
            Signal::Metrics => &mut config.metrics.otlp,
        };
        *otlp = general.clone().overridden_by(settings).resolved(reader, signal);
    }
}

/// What was given for all signals, or for one.
#[derive(Clone)]
struct Settings {
    endpoint: Option<Endpoint>,
    insecure: Option<bool>,
    protocol: Option<Protocol>,
    headers: Option<Vec<(HeaderName, Secret<HeaderValue>)>>,
    timeout: Option<Duration>,
    compression: Option<Compression>,
    certificate: Option<PathBuf>,
    client_key: Option<PathBuf>,
    client_certificate: Option<PathBuf>,
}

/// What it means depends on the protocol and on whether it was given for all signals.
#[derive(Clone)]
struct Endpoint {
    text: String,
    of_signal: bool,
}

impl Settings {
    fn read(reader: &mut Reader<'_>, signal: Option<Signal>) -> Self {
        let name = |setting| name(signal, setting);
        let of_signal = signal.is_some();
        let path = |text: &str| Ok(PathBuf::from(text));
        Self {
            endpoint: reader.strict(&name("ENDPOINT"), |text| {
                Ok(Endpoint { text: text.to_owned(), of_signal })
            }),
            insecure: reader.lenient(&name("INSECURE"), parse::boolean),
            protocol: reader.lenient(&name("PROTOCOL"), |text| {
                let known = [("http/protobuf", Protocol::HttpProtobuf), ("grpc", Protocol::Grpc)];
                parse::one_of(text, &known)
            }),
            headers: reader.strict(&name("HEADERS"), headers),
            timeout: reader.lenient(&name("TIMEOUT"), parse::timeout),
            compression: reader.lenient(&name("COMPRESSION"), |text| {
                parse::one_of(text, &[("gzip", Compression::Gzip), ("none", Compression::None)])
            }),
            certificate: reader.strict(&name("CERTIFICATE"), path),
            client_key: reader.strict(&name("CLIENT_KEY"), path),
            client_certificate: reader.strict(&name("CLIENT_CERTIFICATE"), path),
        }
    }

    fn overridden_by(self, other: Self) -> Self {
        Self {
            endpoint: other.endpoint.or(self.endpoint),
            insecure: other.insecure.or(self.insecure),
            protocol: other.protocol.or(self.protocol),
            headers: other.headers.or(self.headers),
            timeout: other.timeout.or(self.timeout),
            compression: other.compression.or(self.compression),
            certificate: other.certificate.or(self.certificate),
            client_key: other.client_key.or(self.client_key),
            client_certificate: other.client_certificate.or(self.client_certificate),
        }
    }

    fn resolved(self, reader: &mut Reader<'_>, signal: Signal) -> Otlp {
        let default = Otlp::default();
        let protocol = self.protocol.unwrap_or(default.protocol);
        let insecure = self.insecure.unwrap_or_default();
        let endpoint = self.endpoint.and_then(|endpoint| {
            let url = endpoint.url(signal, protocol, insecure);
            let name = name(endpoint.of_signal.then_some(signal), "ENDPOINT");
            url.map_err(|reason| reader.problem(&name, &endpoint.text, reason)).ok()
        });
        let halves =
            [("CLIENT_KEY", &self.client_key), ("CLIENT_CERTIFICATE", &self.client_certificate)];
        if let [(one, Some(file)), (other, None)] | [(other, None), (one, Some(file))] = halves {
            let given = [Some(signal), None].map(|signal| name(signal, one));
            let given = given.iter().find(|name| reader.is_set(name));
            let file = file.to_string_lossy();
            let reason = format!("there is no {other} with it");
            reader.problem(given.map_or("", String::as_str), &file, &reason);
        }
        Otlp {
            endpoint,
            protocol,
            headers: self.headers.unwrap_or_default(),
            timeout: self.timeout.unwrap_or(default.timeout),
            compression: self.compression.unwrap_or_default(),
            certificate: self.certificate,
            client_key: self.client_key,
            client_certificate: self.client_certificate,
        }
    }
}

impl Endpoint {
    fn url(&self, signal: Signal, protocol: Protocol, insecure: bool) -> Parsed<Uri> {
        let url: Uri = match protocol {
            // gRPC knows targets without a scheme, whose security is a variable of its own.
            Protocol::Grpc if !self.text.contains("://") => {
                let scheme = if insecure { "http" } else { "https" };
                format!("{scheme}://{}", self.text).parse()
            }
            _ => self.text.parse(),
        }
        .map_err(|_| "it is no URL")?;
        if let Some(flaw) = validate::endpoint_flaw(&url) {
            return Err(flaw);
        }
        if self.of_signal || protocol == Protocol::Grpc { Ok(url) } else { below(&url, signal) }
    }
}

/// The signal's URL below the one given for all.
fn below(base: &Uri, signal: Signal) -> Parsed<Uri> {
    let path = base.path().trim_end_matches('/');
    let query = base.query().map_or_else(String::new, |query| format!("?{query}"));
    let path = format!("{path}/v1/{}{query}", signal.name());
    let mut parts = base.clone().into_parts();
    parts.path_and_query = path.parse().ok();
    Uri::from_parts(parts).map_err(|_| "it is no URL")
}

fn headers(text: &str) -> Parsed<Vec<(HeaderName, Secret<HeaderValue>)>> {
    let header = |(name, value): (String, String)| {
        let name = name.parse::<HeaderName>().map_err(|_| "a name is no header's")?;
        let mut value = HeaderValue::try_from(value).map_err(|_| "a value is no header's")?;
        value.set_sensitive(true);
        Ok((name, value.into()))
    };
    parse::pairs(text)?.into_iter().map(header).collect()
}

fn name(signal: Option<Signal>, setting: &str) -> String {
    match signal {
        None => format!("OTEL_EXPORTER_OTLP_{setting}"),
        Some(signal) => {
            format!("OTEL_EXPORTER_OTLP_{}_{setting}", signal.name().to_ascii_uppercase())
        }
    }
}
