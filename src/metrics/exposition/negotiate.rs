//! Which format, and which encoding, a scraper wants.

/// The format of an exposition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Prometheus's text format 0.0.4, which everything reads.
    #[default]
    Text,
    /// OpenMetrics 1.0.0: text with exemplars, units and creation times.
    OpenMetrics,
    /// OpenMetrics 0.0.1: the same bytes, under the version that older scrapers ask for.
    OpenMetrics001,
    /// Prometheus's protobuf format: delimited `io.prometheus.client.MetricFamily` messages, the
    /// only one with native histograms.
    Protobuf,
}

/// One of the choices a header names, with its weight.
struct Choice<'a> {
    name: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
    weight: u16,
}

/// How well a format suits: its weight, then whether it was named or a wildcard stands for it, then
/// how rich it is, or how plain for a wildcard.
type Fitness = (u16, bool, u8);

const OFFERS: [Format; 4] =
    [Format::Text, Format::OpenMetrics001, Format::OpenMetrics, Format::Protobuf];

/// How specific a choice is at least that names a type.
const NAMED: usize = 2;

// A header is read this far.
const MAX_CHOICES: usize = 32;
const MAX_PARAMETERS: usize = 8;
const MAX_BYTES: usize = 4_096;

impl Format {
    /// The format that suits the `Accept` headers best, by the rules of RFC 9110.
    ///
    /// Where several suit equally, the richest that is named is taken, and [`Format::Text`] where
    /// none is named. A scraper that accepts none gets [`Format::Text`] all the same: it is better
    /// than no answer.
    ///
    /// ```
    /// use obskit::metrics::Format;
    ///
    /// let accept = ["application/openmetrics-text;version=1.0.0,*/*;q=0.1"];
    /// assert_eq!(Format::negotiate(accept), Format::OpenMetrics);
    /// assert_eq!(Format::negotiate(["*/*"]), Format::Text);
    /// ```
    pub fn negotiate<H: AsRef<[u8]>>(accept: impl IntoIterator<Item = H>) -> Self {
        let headers: Vec<H> = accept.into_iter().take(MAX_CHOICES).collect();
        let choices = choices(&headers);
        let mut best = (Self::Text, (0, false, 0));
        for format in OFFERS {
            let fitness = format.fitness(&choices);
            if fitness.0 > 0 && fitness > best.1 {
                best = (format, fitness);
            }
        }
        best.0
    }

    /// The `Content-Type` of such an exposition.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::OpenMetrics001 => "application/openmetrics-text; version=0.0.1; charset=utf-8",
            Self::Protobuf => {
                "application/vnd.google.protobuf; \
                 proto=io.prometheus.client.MetricFamily; encoding=delimited"
            }
        }
    }

    /// The weight of the most specific choice that means this format.
    fn fitness(self, choices: &[Choice<'_>]) -> Fitness {
        let meant = choices.iter().filter_map(|choice| Some((self.matched_by(choice)?, choice)));
        let Some((specificity, choice)) = meant.max_by_key(|(specificity, _)| *specificity) else {
            return (0, false, 0);
        };
        let is_named = specificity >= NAMED;
        (
            choice.weight,
            is_named,
            if is_named { self.richness() } else { u8::MAX - self.richness() },
        )
    }

    fn richness(self) -> u8 {
        match self {
            Self::Text => 0,
            Self::OpenMetrics001 => 1,
            Self::OpenMetrics => 2,
            Self::Protobuf => 3,
        }
    }

    /// How specifically the choice means this format: 0 and 1 for wildcards, 2 for its type, more
    /// for parameters; `None` if it does not.
    fn matched_by(self, choice: &Choice<'_>) -> Option<usize> {
        let (kind, parameters): (_, &[(&str, &str)]) = match self {
            Self::Text => ("text/plain", &[("version", "0.0.4")]),
            Self::OpenMetrics => ("application/openmetrics-text", &[("version", "1.0.0")]),
            Self::OpenMetrics001 => ("application/openmetrics-text", &[("version", "0.0.1")]),
            Self::Protobuf => (
                "application/vnd.google.protobuf",
                &[("proto", "io.prometheus.client.MetricFamily"), ("encoding", "delimited")],
            ),
        };
        let major = kind.split_once('/').map_or(kind, |(major, _)| major);
        match choice.name.split_once('/') {
            Some(("*", "*")) => return Some(0),
            Some((wanted, "*")) if wanted.eq_ignore_ascii_case(major) => return Some(1),
            _ if choice.name.eq_ignore_ascii_case(kind) => {}
            _ => return None,
        }
        let mut specificity = NAMED;
        for (name, value) in &choice.parameters {
            // Others, such as `charset` and `escaping`, hold for every exposition of ours.
            let ours = parameters.iter().find(|(ours, _)| ours.eq_ignore_ascii_case(name));
            match ours {
                Some((_, ours)) if ours == value => specificity += 1,
                Some(_) => return None,
                None => {}
            }
        }
        Some(specificity)
    }
}

/// Whether the `Accept-Encoding` headers prefer gzip to no encoding, or like it as well.
pub(super) fn accepts_gzip<H: AsRef<[u8]>>(headers: &[H]) -> bool {
    let choices = choices(headers);
    let weight = |names: &[&str]| {
        let named =
            |choice: &&Choice<'_>| names.iter().any(|n| choice.name.eq_ignore_ascii_case(n));
        choices.iter().find(named).map(|choice| choice.weight)
    };
    let gzip = weight(&["gzip", "x-gzip"]).or_else(|| weight(&["*"])).unwrap_or(0);
    gzip > 0 && gzip >= weight(&["identity"]).unwrap_or(0)
}

/// What the headers name, in order, as far as it can be read.
fn choices<H: AsRef<[u8]>>(headers: &[H]) -> Vec<Choice<'_>> {
    let mut bytes = MAX_BYTES;
    let mut choices = Vec::new();
    for header in headers {
        let header = header.as_ref();
        bytes = match bytes.checked_sub(header.len()) {
            Some(left) => left,
            None => break,
        };
        let Ok(header) = std::str::from_utf8(header) else { continue };
        choices.extend(split(header, ',').filter_map(Choice::parse).take(MAX_CHOICES));
    }
    choices.truncate(MAX_CHOICES);
    choices
}

impl<'a> Choice<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = split(text, ';');
        let name = parts.next().filter(|name| !name.is_empty())?;
        let mut choice = Self { name, parameters: Vec::new(), weight: 1_000 };
        for part in parts.take(MAX_PARAMETERS) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let (name, value) = (name.trim(), value.trim().trim_matches('"'));
            if name.eq_ignore_ascii_case("q") {
                choice.weight = thousandths(value)?;
                break;
            }
            choice.parameters.push((name, value));
        }
        Some(choice)
    }
}

/// The parts of `text` between separators that stand outside of quotes, trimmed.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c: char| {
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        c == separator && !quoted
    })
    .map(str::trim)
}

/// A weight from 0 to 1 with at most three decimals.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    if decimals.len() > 3 || !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let decimals = format!("{decimals:0<3}").parse::<u16>().ok()?;
    match (whole, decimals) {
        ("0", decimals) => Some(decimals),
        ("1", 0) => Some(1_000),
        _ => None,
    }
}
