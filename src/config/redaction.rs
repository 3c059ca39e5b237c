//! What never leaves the process.

/// Which values are hidden in every signal: log lines, spans and reports alike.
///
/// Known names and patterns are hidden without being listed; these come on top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Redaction {
    /// Further names of fields whose values are hidden, regardless of case and of `-`, `_` and `.`
    /// (`OBSKIT_REDACT_FIELDS`).
    pub fields: Vec<String>,
    /// Names that are shown although they look like secrets, as `token_count`
    /// (`OBSKIT_REDACT_ALLOW`).
    pub allow: Vec<String>,
    /// Regular expressions: what matches in a text is hidden. At most 64 (`OBSKIT_REDACT_PATTERNS`).
    pub patterns: Vec<String>,
    /// Parameters of URL queries that are shown; the others are hidden (`OBSKIT_REDACT_QUERY_ALLOW`).
    pub query_allow: Vec<String>,
}
