//! What a handler tells of its request, for reports.

use std::fmt::{self, Display, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::RequestContext;

/// Tags and features of one request.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<Both>);

#[derive(Clone, Debug, Default)]
struct Both {
    tags: Vec<Pair>,
    features: Vec<Pair>,
}

/// A name and its value.
pub(crate) type Pair = (String, String);

const MAX_TAGS: usize = 32;
const MAX_FEATURES: usize = 100;
const MAX_BYTES: usize = 200;

impl RequestContext {
    /// Adds a tag to the reports of this request, and to its transaction: what they are searched
    /// by. The last value of a name counts. At most 32 names are kept, and 200 bytes of a name and
    /// of a value; both pass the redaction policy. The server has `-` for what is neither a letter
    /// nor a digit of ASCII nor one of `_.:-` in a name.
    ///
    /// Nothing is kept where nothing is reported.
    pub fn set_tag(&self, name: &str, value: impl Display) {
        if let Some(told) = self.told() {
            let (name, value) = pair(name, &value);
            let tags = &mut told.lock().tags;
            if let Some((_, known)) = tags.iter_mut().find(|(known, _)| *known == name) {
                *known = value;
            } else if tags.len() < MAX_TAGS {
                tags.push((name, value));
            }
        }
    }

    /// Says which value a feature had for this request, as the reports of it show: `true` and
    /// `false` are those of a flag, and any other text that of a variant. The last value of a name
    /// counts, and the last 100 names, with 200 bytes of each and of its value.
    ///
    /// Nothing is kept where nothing is reported.
    pub fn set_feature(&self, name: &str, value: impl Display) {
        if let Some(told) = self.told() {
            let (name, value) = pair(name, &value);
            let features = &mut told.lock().features;
            features.retain(|(known, _)| *known != name);
            if features.len() >= MAX_FEATURES {
                features.remove(0);
            }
            features.push((name, value));
        }
    }

    /// The tags, in the order in which they were first set.
    pub(crate) fn tags(&self) -> Vec<Pair> {
        self.reported().told.get().map(|told| told.lock().tags.clone()).unwrap_or_default()
    }

    /// The features, in the order in which they were last set.
    pub(crate) fn features(&self) -> Vec<Pair> {
        self.reported().told.get().map(|told| told.lock().features.clone()).unwrap_or_default()
    }

    /// Where it is kept, if it is.
    fn told(&self) -> Option<&Told> {
        let is_armed = self.acceptor().reporting.armed().is_some();
        is_armed.then(|| self.reported().told.get_or_init(Box::default))
    }
}

impl Told {
    fn lock(&self) -> MutexGuard<'_, Both> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rendered before anything is locked: a value's own code may do what it likes.
fn pair(name: &str, value: &dyn Display) -> Pair {
    let mut text = Bounded(String::new());
    // Past the bound it is told to stop, which is no failure.
    let _ = write!(text, "{value}");
    let name = name.get(..name.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
    (name.to_owned(), text.0)
}

struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let left = MAX_BYTES - self.0.len();
        let kept = text.floor_char_boundary(left);
        self.0.push_str(text.get(..kept).unwrap_or_default());
        if kept < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}
