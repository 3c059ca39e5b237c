//! The one policy that stands before every signal's way out.
//!
//! A text is looked at fast, for parts with signs of secrets; there sign by sign; and slowly where
//! one is of a secret.
//! What is known by a name is hidden by its name; what is known by its shape, wherever it stands.

#[cfg(feature = "sentry")]
mod causes;
mod cut;
mod failure;
mod names;
mod quiet;
mod render;
mod scan;
mod shapes;
#[cfg(test)]
mod tests;
mod value;
mod values;
mod words;

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use regex_automata::meta::Cache;

use self::cut::Cut;
use self::names::Names;
use self::quiet::Part;
use self::scan::Scan;
use crate::config::{Patterns, Redaction};
use crate::error::Error;

#[cfg(feature = "sentry")]
pub(crate) use causes::Told;
pub(crate) use failure::Part as FailurePart;
pub(crate) use render::{guard, is_guarded, render};
pub(crate) use values::MAX_VALUE_BYTES;

/// Stands where a value was hidden.
pub(crate) const HIDDEN: &str = "[redacted]";

/// Hides what must not leave the process.
#[derive(Debug)]
pub(crate) struct Redactor {
    names: Names,
    queries: Vec<Box<str>>,
    patterns: Option<Own>,
}

/// The user's own patterns, with an identity by which each thread knows its memory for them.
#[derive(Debug)]
struct Own {
    patterns: Patterns,
    id: u64,
}

/// Texts made for it could change with each look.
const MAX_LOOKS: usize = 8;

impl Redactor {
    /// # Errors
    ///
    /// When a pattern is no regular expression, or there are too many.
    pub(crate) fn new(settings: &Redaction) -> Result<Self, Error> {
        static IDS: AtomicU64 = AtomicU64::new(0);
        let told =
            |flaws: Vec<String>| Error::config(format!("redaction.patterns: {}", flaws.join("; ")));
        let patterns = Patterns::new(&settings.patterns).map_err(told)?;
        let own = |patterns| Own { patterns, id: IDS.fetch_add(1, Ordering::Relaxed) };
        Ok(Self {
            names: Names::new(settings),
            queries: settings.query_allow.iter().map(|name| name.as_str().into()).collect(),
            patterns: patterns.map(own),
        })
    }

    /// Whether the value of a field of this name is hidden. For call sites' plans, not hot.
    pub(crate) fn hides(&self, name: &str) -> bool {
        self.names.hides(name.as_bytes())
    }

    /// The text as it may leave. Hot: it borrows where there is nothing to hide. The text that it
    /// gives is clean: cleaning it again changes nothing.
    #[inline]
    pub(crate) fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let noisy = quiet::next_noisy(text.as_bytes(), 0);
        if noisy.is_none() && self.patterns.is_none() {
            return Cow::Borrowed(text);
        }
        self.clean_slowly(text, noisy)
    }

    /// What is cut may leave something that now looks like a secret, so what was changed is looked
    /// at once more.
    #[inline(never)]
    fn clean_slowly<'a>(&self, text: &'a str, noisy: Option<Part>) -> Cow<'a, str> {
        let mut clean = self.cut(text, noisy);
        for _ in 0..MAX_LOOKS {
            let Cow::Owned(before) = &clean else { break };
            match self.cut(before, quiet::next_noisy(before.as_bytes(), 0)) {
                Cow::Owned(after) if after != *before => clean = Cow::Owned(after),
                Cow::Owned(_) | Cow::Borrowed(_) => break,
            }
        }
        clean
    }

    fn cut<'a>(&self, text: &'a str, noisy: Option<Part>) -> Cow<'a, str> {
        let scan = Scan::new(text, &self.names, &self.queries);
        let suspect = scan.next_suspect(noisy);
        if suspect.is_none() && self.patterns.is_none() {
            return Cow::Borrowed(text);
        }
        let mut cuts = suspect.map(|first| scan.cuts(first)).unwrap_or_default();
        if let Some(own) = self.patterns.as_ref().filter(|own| own.match_in(text)) {
            let found =
                own.patterns.matches(text).map(|span| cut::around_marks(text, span.range()));
            cuts.extend(found.map(Cut::plain));
        }
        cut::apply(text, cuts)
    }
}

impl Own {
    /// Whether any matches. The memory for it belongs to the thread, so that none waits.
    fn match_in(&self, text: &str) -> bool {
        thread_local! {
            static CACHE: RefCell<Option<(u64, Cache)>> = const { RefCell::new(None) };
        }
        let asked = CACHE.try_with(|cache| {
            let mut slot = cache.try_borrow_mut().ok()?;
            if slot.as_ref().is_none_or(|(id, _)| *id != self.id) {
                *slot = Some((self.id, self.patterns.cache()));
            }
            let (_, cache) = slot.as_mut()?;
            Some(self.patterns.match_in(text, cache))
        });
        // While a thread ends it has no memory of its own.
        asked.ok().flatten().unwrap_or(true)
    }
}
