//! `/loglevel`: which levels are logged, and the change of it.

use std::time::Duration;

use http::{Method, Response, StatusCode};
use serde_json::json;

use crate::config::duration;
use crate::logging::Levels;

use super::Admin;
use super::content::Content;
use super::query;
use super::respond::{Asked, JSON, answer, text};

/// What is wrong with a change, and what is accepted.
type Wrong = &'static str;

const NO_TEXT: Wrong = "the body is no text; accepted: levels as info,workouts=debug\n";
const NO_LEVELS: Wrong = "the body holds no levels; accepted: off, error, warn, info, debug or \
                          trace, or such by target as info,workouts=debug\n";
const NO_TIME: Wrong = "for is no time; accepted: 1s to 24h, as 90s, 10m or 2h\n";

impl Admin {
    /// The levels; after a change if the method is PUT.
    pub(super) fn levels_page(&self, asked: Asked<'_>, body: &[u8]) -> Response<Content> {
        let changed =
            if asked.method == Method::PUT { self.set_levels(asked, body) } else { Ok(()) };
        match changed {
            Ok(()) => answer(StatusCode::OK, JSON, shown(&self.levels)),
            Err(wrong) => text(StatusCode::BAD_REQUEST, wrong),
        }
    }

    fn set_levels(&self, asked: Asked<'_>, body: &[u8]) -> Result<(), Wrong> {
        let levels = str::from_utf8(body).map_err(|_| NO_TEXT)?.trim();
        if levels.is_empty() {
            return Err(NO_LEVELS);
        }
        let set = match time(asked.uri.query())? {
            Some(time) => self.levels.set_for(levels, time),
            None => self.levels.set(levels),
        };
        // What it says echoes the text.
        set.map_err(|_| NO_LEVELS)
    }
}

/// What `for` says, which must not be said twice.
fn time(query: Option<&str>) -> Result<Option<Duration>, Wrong> {
    let mut times = query::values(query, "for");
    let (time, further) = (times.next(), times.next());
    let read = time.map(|time| duration(time.trim(), &Levels::TIMES)).transpose();
    read.ok().filter(|_| further.is_none()).ok_or(NO_TIME)
}

fn shown(levels: &Levels) -> String {
    let shown = json!({
        "levels": levels.get(),
        "default": levels.configured(),
        "revertsInSeconds": levels.reverts_in().map(|time| time.as_secs()),
    });
    format!("{shown:#}\n")
}
