//! `/debug/config`: the settings in force.

use std::sync::Arc;

use http::{Response, StatusCode};

use crate::admin::Admin;
use crate::admin::content::Content;
use crate::admin::respond::{TEXT, answer};
use crate::config::Config;
use crate::redaction::Redactor;

/// The settings as text, without secrets: those that are known as such hide themselves, and what
/// else looks like one, as an attribute of the service may, is hidden as in every signal.
pub(crate) fn settings(config: &Config, redactor: &Redactor) -> Arc<str> {
    let text = format!("{config:#?}");
    let lines = text.lines().map(|line| redactor.clean(line));
    lines.flat_map(|line| [line, "\n".into()]).collect::<String>().into()
}

impl Admin {
    /// What the telemetry was built from, and the levels that are in force now.
    pub(in crate::admin) fn config_page(&self) -> Response<Content> {
        answer(StatusCode::OK, TEXT, self.internals.settings.as_bytes().to_vec())
    }
}
