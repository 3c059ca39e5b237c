//! Who is speaking: the `Resource` that every batch begins with.

mod container;
mod files;
mod host;
mod kubernetes;

use std::hash::{BuildHasher, RandomState};
use std::process;

use crate::config::{BUILT_FOR, Detector, Service, executable};

use self::files::Files;
use super::{Attributes, Limits, Value};

/// A `Resource` message, made once and the same for every signal.
#[derive(Clone, Debug)]
pub(crate) struct Resource(Attributes);

/// Those of a resource have no limits, by the specification: a configuration gives them, not data.
const LIMITS: Limits = Limits { count: u32::MAX, length: None };

impl Resource {
    /// What is known of the service, and found out of where it runs. It reads some small files.
    pub(crate) fn detect(service: &Service) -> Self {
        Self::with(service, &Files::of_this_process())
    }

    /// The members of the message.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    fn with(service: &Service, files: &Files) -> Self {
        let mut resource = Self::default();
        let mut detectors = service.detectors.clone();
        detectors.sort_by_key(|detector| detector.name());
        detectors.dedup();
        for detector in detectors {
            resource.add(detector, files);
        }
        // What was given goes before what was found, and what has a field of its own before that.
        for (key, value) in &service.attributes {
            resource.set(key, value);
        }
        resource.set("service.name", &service.name);
        let given = [
            ("service.version", &service.version),
            ("service.instance.id", &service.instance),
            ("deployment.environment.name", &service.environment),
        ];
        for (key, value) in given {
            resource.set_if_some(key, value.as_deref());
        }
        resource.set("telemetry.sdk.name", "obskit");
        resource.set("telemetry.sdk.language", "rust");
        resource.set("telemetry.sdk.version", env!("CARGO_PKG_VERSION"));
        resource
    }

    fn add(&mut self, detector: Detector, files: &Files) {
        let (system, processor) = BUILT_FOR;
        match detector {
            Detector::Container => {
                self.set_if_some("container.id", container::id(files).as_deref());
            }
            Detector::Host => {
                self.set_if_some("host.name", files.host_name.as_deref());
                self.set("host.arch", host::arch(processor));
            }
            Detector::K8s => {
                for (key, value) in kubernetes::attributes(files) {
                    self.set(key, &value);
                }
            }
            Detector::Os => self.set("os.type", host::os(system)),
            Detector::Process => {
                self.0.set("process.pid", Value::Int(process::id().into()), LIMITS);
                self.set_if_some("process.executable.name", executable().as_deref());
            }
            Detector::Service => self.set("service.instance.id", &random_uuid()),
        }
    }

    fn set(&mut self, key: &str, value: &str) {
        self.0.set(key, Value::Text(value), LIMITS);
    }

    fn set_if_some(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.set(key, value);
        }
    }
}

/// Nothing is known.
impl Default for Resource {
    fn default() -> Self {
        Self(Attributes::new(Attributes::RESOURCE))
    }
}

/// A UUID of version 4. It must be distinct, not secret: the operating system's randomness by the
/// keys of the standard library's hash.
fn random_uuid() -> String {
    let [high, low] = [0, 1].map(|half| RandomState::new().hash_one(half));
    let bits = u128::from(high) << 64 | u128::from(low);
    let bits = bits & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{bits:032x}");
    let group = |from, to| digits.get(from..to).unwrap_or_default();
    [group(0, 8), group(8, 12), group(12, 16), group(16, 20), group(20, 32)].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protobuf::{Field, fields};

    fn shown(service: &Service, files: &Files) -> Vec<(String, String)> {
        let resource = Resource::with(service, files);
        let members = fields(resource.as_bytes()).map(|member| match member.unwrap() {
            (Attributes::RESOURCE, Field::Bytes(pair)) => pair.to_vec(),
            other => panic!("{other:?}"),
        });
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let pairs = members.map(|pair| {
            let parts: Vec<_> = fields(&pair).map(Option::unwrap).collect();
            let [(1, Field::Bytes(key)), (2, Field::Bytes(value))] = parts[..] else {
                panic!("{parts:?}")
            };
            match fields(value).next().unwrap().unwrap() {
                (1, Field::Bytes(value)) => (text(key), text(value)),
                (3, Field::Number(value)) => (text(key), value.to_string()),
                other => panic!("{other:?}"),
            }
        });
        pairs.collect()
    }

    fn value(of: &[(String, String)], wanted: &str) -> Option<String> {
        let mut found = of.iter().filter(|(key, _)| key == wanted);
        let value = found.next().map(|(_, value)| value.clone());
        assert_eq!(found.next(), None, "a key stands once");
        value
    }

    #[test]
    fn what_was_given_goes_before_what_was_found() {
        let pair = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
        let mut service = Service { name: "workouts".into(), ..Service::default() };
        service.attributes =
            [("host.name", "given"), ("team", "a"), ("service.name", "other")].map(pair).to_vec();
        let files = Files { host_name: Some("found".into()), ..Files::default() };
        let shown = shown(&service, &files);
        let check = |key, expected: &str| assert_eq!(value(&shown, key).as_deref(), Some(expected));
        check("host.name", "given");
        check("team", "a");
        check("service.name", "workouts");
        check("telemetry.sdk.name", "obskit");
        check("process.pid", &process::id().to_string());
        assert_eq!(value(&shown, "service.instance.id").unwrap().len(), 36);
        assert_eq!(value(&shown, "service.version"), None);
        assert_eq!(value(&shown, "container.id"), None);
        service.instance = Some("mine".into());
        let shown = self::shown(&service, &files);
        assert_eq!(value(&shown, "service.instance.id").as_deref(), Some("mine"));
    }

    #[test]
    fn no_detector_finds_nothing() {
        let service = Service { detectors: Vec::new(), ..Service::default() };
        let files = Files { host_name: Some("found".into()), ..Files::default() };
        let keys: Vec<_> = shown(&service, &files).into_iter().map(|(key, _)| key).collect();
        let sdk = ["name", "language", "version"].map(|key| format!("telemetry.sdk.{key}"));
        assert_eq!(keys, [&["service.name".to_owned()], &sdk[..]].concat());
    }

    #[test]
    fn uuids_are_of_version_4_and_distinct() {
        let (one, other) = (random_uuid(), random_uuid());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(one.match_indices('-').map(|(at, _)| at).collect::<Vec<_>>(), [8, 13, 18, 23]);
        assert_eq!(&one[14..15], "4");
        assert!(matches!(&one[19..20], "8" | "9" | "a" | "b"), "{one}");
    }
}
