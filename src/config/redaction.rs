//! What never leaves the process.

mod patterns;

pub(crate) use patterns::Patterns;

use super::validate::Problems;

/// Which values are hidden in every signal: log lines, spans and reports alike.
///
/// Known names and shapes of secrets are hidden without being listed; these come on top.
///
/// ```
/// use obskit::config::Config;
///
/// let mut config = Config::default();
/// config.redaction.fields.push("email".to_owned());
/// config.redaction.allow.push("gpio_pin".to_owned());
/// config.redaction.patterns.push(r"EMP-\d{6}".to_owned());
/// config.redaction.query_allow.push("page".to_owned());
/// config.validate()?;
/// # Ok::<(), obskit::Error>(())
/// ```
///
#[doc = include_str!("../../docs/redaction.md")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redaction {
    /// Further names whose values are hidden, regardless of case and of what is between their
    /// words: `email` hides `user.email` and `userEmail` too, but not `email_verified`. At most
    /// 256, of 1 to 64 bytes, with a letter (`OBSKIT_REDACT_FIELDS`).
    pub fields: Vec<String>,
    /// Whole names that are shown although they look like secrets, as `gpio_pin`; they go before
    /// everything else. As many and as long as `fields` (`OBSKIT_REDACT_ALLOW`).
    pub allow: Vec<String>,
    /// Regular expressions in the syntax of the crate `regex`: what matches in a text is hidden.
    /// At most 64 of 1 KiB each (`OBSKIT_REDACT_PATTERNS`).
    pub patterns: Vec<String>,
    /// Parameters of URL queries whose values are shown; those of the others are hidden. In any
    /// case of letters; as many and as long as `fields` (`OBSKIT_REDACT_QUERY_ALLOW`).
    pub query_allow: Vec<String>,
}

impl Redaction {
    /// The most names in a list.
    pub(crate) const NAMES: usize = 256;
    /// The longest name, in bytes.
    pub(super) const NAME: usize = 64;

    pub(super) fn check(&self, problems: &mut Problems) {
        for (field, names) in [
            ("redaction.fields", &self.fields),
            ("redaction.allow", &self.allow),
            ("redaction.query_allow", &self.query_allow),
        ] {
            problems.within(field, &names.len(), &(0..=Self::NAMES));
            for name in names.iter().filter(|name| !Self::is_name(name)) {
                problems.unless(false, field, quoted(name), Self::A_NAME);
            }
        }
        if let Err(flaws) = Patterns::new(&self.patterns) {
            for flaw in flaws {
                problems.push(format!("redaction.patterns: {flaw}"));
            }
        }
    }

    pub(super) const A_NAME: &str = "names of 1 to 64 bytes with a letter";

    /// Whether a name can be one of a field.
    pub(crate) fn is_name(name: &str) -> bool {
        (1..=Self::NAME).contains(&name.len()) && name.contains(char::is_alphabetic)
    }
}

/// What is told of a text, which may be long.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{:?}…", text.get(..end).unwrap_or_default()),
        None => format!("{text:?}"),
    }
}
