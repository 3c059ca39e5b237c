//! Observations kept as examples, so that a graph leads to a trace.

mod slot;

use std::fmt::Write;
use std::time::SystemTime;

use arrayvec::{ArrayString, ArrayVec};

pub(crate) use slot::Slots;

/// What singles one observation out: its trace, and labels of one's own.
///
/// Give one only for a trace that is sampled, or it leads nowhere. By OpenMetrics its names and
/// values have at most 128 characters together. One with more, with more than eight labels, or
/// with a name that is repeated or no label name, is dropped, and so is one with nothing in it; the
/// observation still counts.
///
/// Making one costs nothing worth mentioning: it is checked and written out only if it is kept.
///
/// ```
/// use std::time::SystemTime;
/// use obskit::metrics::{Exemplar, Metrics};
///
/// let metrics = Metrics::default();
/// let seconds = metrics.histogram("import_seconds", "Time an import took.").register()?;
/// let exemplar = Exemplar::at(SystemTime::now()).trace([7; 16], [7; 8]).label("file", "a.csv");
/// seconds.observe_with(0.25, Some(&exemplar));
/// # Ok::<(), obskit::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Exemplar<'a> {
    at: SystemTime,
    trace: Option<([u8; 16], [u8; 8])>,
    labels: ArrayVec<(&'a str, &'a str), MAX_LABELS>,
    crowded: bool,
}

/// The kept exemplars of one histogram's buckets.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Exemplars<'a> {
    Kept(Option<&'a Slots>),
    /// Those of a foreign registry's histogram.
    Given(&'a [Option<ExemplarSample>]),
}

/// One observation, kept as an example of its bucket.
#[derive(Clone, Debug)]
pub(crate) struct ExemplarSample {
    pub(crate) labels: ExemplarLabels,
    pub(crate) value: f64,
    /// Seconds since 1970.
    pub(crate) timestamp: f64,
}

/// The labels of an exemplar: at most 128 characters of names and values together.
#[derive(Clone, Debug, Default)]
pub(crate) struct ExemplarLabels {
    text: Text,
}

/// Each name and each value, ended by a byte that UTF-8 never holds.
type Text = ArrayVec<u8, TEXT_BYTES>;

const MAX_LABELS: usize = 8;
const MAX_CHARACTERS: usize = 128;
/// Characters of four bytes, and the ends of names and values, the trace's too.
const TEXT_BYTES: usize = MAX_CHARACTERS * 4 + (MAX_LABELS + 2) * 2;
const END: u8 = 0xff;

const TRACE_ID: &str = "trace_id";
const SPAN_ID: &str = "span_id";
const TRACE_CHARACTERS: usize = TRACE_ID.len() + 32 + SPAN_ID.len() + 16;

impl<'a> Exemplar<'a> {
    /// An exemplar of what was observed at `time`.
    #[inline]
    pub fn at(time: SystemTime) -> Self {
        Self { at: time, trace: None, labels: ArrayVec::new(), crowded: false }
    }

    /// Adds the labels `trace_id` and `span_id`, by which Grafana finds the trace; a trace ID of
    /// zeros is none.
    #[inline]
    #[must_use]
    pub fn trace(mut self, trace_id: [u8; 16], span_id: [u8; 8]) -> Self {
        self.trace = (trace_id != [0; 16]).then_some((trace_id, span_id));
        self
    }

    /// Adds a label.
    #[must_use]
    pub fn label(mut self, name: &'a str, value: &'a str) -> Self {
        self.crowded |= self.labels.try_push((name, value)).is_err();
        self
    }

    /// Whether it may be kept.
    fn is_acceptable(&self) -> bool {
        let characters =
            |(name, value): &(&str, &str)| name.chars().count() + value.chars().count();
        let traced = if self.trace.is_some() { TRACE_CHARACTERS } else { 0 };
        let total = traced + self.labels.iter().map(characters).sum::<usize>();
        let mut labels = self.labels.iter().enumerate();
        let named = labels.all(|(n, (name, _))| is_name(name) && !self.repeats(n, name));
        !self.crowded && named && (1..=MAX_CHARACTERS).contains(&total)
    }

    fn repeats(&self, n: usize, name: &str) -> bool {
        self.trace.is_some() && matches!(name, TRACE_ID | SPAN_ID)
            || self.labels.iter().take(n).any(|(earlier, _)| *earlier == name)
    }
}

impl<'a> Exemplars<'a> {
    pub(crate) fn new(slots: Option<&'a Slots>) -> Self {
        Self::Kept(slots)
    }

    /// What is kept of a bucket.
    pub(crate) fn get(self, bucket: usize) -> Option<ExemplarSample> {
        match self {
            Self::Kept(slots) => slots?.read(bucket),
            Self::Given(exemplars) => exemplars.get(bucket)?.clone(),
        }
    }
}

impl ExemplarLabels {
    /// Names and values, unescaped.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut texts = self.text.split(|byte| *byte == END).map(|text| str::from_utf8(text));
        std::iter::from_fn(move || Some((texts.next()?.ok()?, texts.next()?.ok()?)))
    }

    /// Labels from elsewhere, unless they are not acceptable.
    pub(crate) fn given<V: AsRef<str>>(pairs: &[(&str, V)]) -> Option<Self> {
        let nothing = Exemplar::at(SystemTime::UNIX_EPOCH);
        let exemplar =
            pairs.iter().fold(nothing, |all, (name, text)| all.label(name, text.as_ref()));
        let mut labels = Self::default();
        for text in exemplar.labels.iter().flat_map(|(name, text)| [name, text]) {
            labels.push(text);
        }
        exemplar.is_acceptable().then_some(labels)
    }

    fn new(trace: Option<(u128, u64)>, custom: &[u8]) -> Self {
        let mut labels = Self::default();
        if let Some((trace_id, span_id)) = trace {
            let (mut trace_hex, mut span_hex) =
                (ArrayString::<32>::new(), ArrayString::<16>::new());
            // These are as long as the numbers' digits.
            let _ = write!(trace_hex, "{trace_id:032x}");
            let _ = write!(span_hex, "{span_id:016x}");
            for text in [TRACE_ID, &trace_hex, SPAN_ID, &span_hex] {
                labels.push(text);
            }
        }
        let _ = labels.text.try_extend_from_slice(custom);
        labels
    }

    /// There is room for every acceptable exemplar.
    fn push(&mut self, text: &str) {
        let _ = self.text.try_extend_from_slice(text.as_bytes());
        let _ = self.text.try_push(END);
    }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
