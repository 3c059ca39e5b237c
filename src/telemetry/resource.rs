//! Who is speaking, as it may be told.

use crate::config::Service;
use crate::export::otlp::Resource;
use crate::redaction::{HIDDEN, Redactor};

/// The resource of everything that is exported. What was given as attributes passes the redactor.
pub(super) fn detect(service: &Service, redactor: &Redactor) -> Resource {
    let mut service = service.clone();
    for (key, value) in &mut service.attributes {
        *value = if redactor.hides(key) {
            HIDDEN.to_owned()
        } else {
            redactor.clean(value).into_owned()
        };
    }
    Resource::detect(&service)
}
