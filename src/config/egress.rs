//! Whom we tell: hosts that get our trace context and baggage.

use std::str::FromStr;

use crate::error::Error;

/// Which hosts an outbound request carries our context to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Egress {
    /// Hosts that get the trace context and the request ID. Default: every host.
    pub context: Hosts,
    /// Hosts that get the baggage too, if they are among those above. Default: none.
    pub baggage: Hosts,
}

/// A list of host patterns: an exact name or address, `*.example.com` for every name below
/// `example.com` (not itself), or `*` for every host. Case and a final dot do not matter.
///
/// ```
/// let hosts: obskit::config::Hosts = "billing, *.example.com".parse()?;
/// assert!(hosts.matches("api.EXAMPLE.com"));
/// assert!(!hosts.matches("example.com") && !hosts.matches("badexample.com"));
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(Vec<Pattern>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Any,
    Exact(Box<str>),
    /// The suffix with its leading dot, so that it ends at the border of a label.
    Below(Box<str>),
}

impl Egress {
    /// Whether the trace context and the request ID go to this host, given without its port.
    pub fn context_to(&self, host: &str) -> bool {
        self.context.matches(host)
    }

    /// Whether the baggage goes to this host, given without its port.
    pub fn baggage_to(&self, host: &str) -> bool {
        self.baggage.matches(host) && self.context_to(host)
    }
}

impl Default for Egress {
    fn default() -> Self {
        Self { context: Hosts::any(), baggage: Hosts::none() }
    }
}

impl Hosts {
    /// Every host: `*`.
    pub fn any() -> Self {
        Self(vec![Pattern::Any])
    }

    /// No host.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether a pattern matches the host, given without its port. An IPv6 address may stand in
    /// brackets or not.
    pub fn matches(&self, host: &str) -> bool {
        let host = bare(host);
        self.0.iter().any(|pattern| pattern.matches(host))
    }
}

/// Patterns separated by commas; `none` alone for no host.
///
/// # Errors
///
/// A pattern with a scheme, port, path or white space, or with `*` anywhere but as its first label.
impl FromStr for Hosts {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.trim().eq_ignore_ascii_case("none") {
            return Ok(Self::none());
        }
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(pattern).collect::<Result<_, _>>().map(Self)
    }
}

impl Pattern {
    fn matches(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Exact(name) => name.eq_ignore_ascii_case(host),
            Self::Below(suffix) => host
                .len()
                .checked_sub(suffix.len())
                .filter(|label| *label > 0)
                .and_then(|label| host.as_bytes().get(label..))
                .is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes())),
        }
    }
}

fn pattern(entry: &str) -> Result<Pattern, Error> {
    if entry == "*" {
        return Ok(Pattern::Any);
    }
    let (name, below) = match entry.strip_prefix("*.") {
        Some(name) => (name, true),
        None => (entry, false),
    };
    let name = bare(name);
    let address = name.contains(':');
    let whole = if address {
        !below && name.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        name.split('.').all(is_label)
    };
    if !whole {
        return Err(Error::config(format!(
            "{entry:?} is no host pattern; accepted: a host without scheme and port, \
             *.example.com, or *"
        )));
    }
    Ok(if below { Pattern::Below(format!(".{name}").into()) } else { Pattern::Exact(name.into()) })
}

/// Any visible character but those that would mean something: internal names have underscores.
fn is_label(label: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !label.is_empty() && label.bytes().all(plain)
}

/// The host without the brackets of an IPv6 literal and the final dot of an absolute name.
fn bare(host: &str) -> &str {
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let host = inner.unwrap_or(host);
    host.strip_suffix('.').unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(patterns: &str, host: &str, expected: bool) {
        let hosts: Hosts = patterns.parse().unwrap();
        assert_eq!(hosts.matches(host), expected, "{host} by {patterns}");
    }

    #[test]
    fn patterns_end_at_labels() {
        check("*", "anything.at.all", true);
        check("none", "api.example.com", false);
        check("api.example.com", "API.Example.COM.", true);
        check("api.example.com.", "api.example.com", true);
        check("api.example.com", "x.api.example.com", false);
        check("*.example.com", "a.example.com", true);
        check("*.example.com", "a.b.EXAMPLE.com", true);
        check("*.example.com", "example.com", false);
        check("*.example.com", ".example.com", false);
        check("*.example.com", "badexample.com", false);
        check("*.example.com", "a.example.com.evil.org", false);
        check("*.example.com", "ü.example.com", true);
        check("billing, *.internal", "billing", true);
        check("10.0.0.1", "10.0.0.1", true);
        check("::1", "[::1]", true);
        check("[::1]", "::1", true);
        check("::1", "[::2]", false);
    }

    #[test]
    fn what_is_no_pattern_is_named() {
        for text in ["http://a.b", "a.b:80", "a*.b", "*.*.b", "a b", "a..b", "*.::1", "*."] {
            let error = text.parse::<Hosts>().unwrap_err();
            assert!(error.is_config() && error.to_string().contains(text), "{error}");
        }
    }

    #[test]
    fn one_policy_narrows_both() {
        let mut egress = Egress::default();
        assert!(egress.context_to("a.example.com") && !egress.baggage_to("a.example.com"));
        egress.baggage = Hosts::any();
        assert!(egress.baggage_to("a.example.com"));
        egress.context = "b.example.com".parse().unwrap();
        assert!(!egress.baggage_to("a.example.com") && egress.baggage_to("b.example.com"));
    }
}
