//! What the two text formats have in common: lines of samples.

use std::ops::Range;

use super::number::{MAX_NUMBER_BYTES, canonical};
use super::output::{Cursor, Output, Pieces};
use super::{Head, HistogramSample, Number, Type};
use crate::metrics::key::Labels;

/// Writes a family's samples, each on a line.
pub(super) struct Lines<'a> {
    pub(super) out: &'a mut Output,
    scratch: &'a mut Scratch,
}

/// What does not change between the lines of a family, kept as it will be copied.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    base: String,
    kind: Option<Type>,
    /// What stands before each label's value, the name of the sample first, and after the last.
    labels: Pieces,
    /// The bounds seen last; most histograms have the same.
    bounds: Vec<f64>,
    /// `le` of each bucket, and what is left of the line's labels.
    les: Pieces,
    /// A histogram's `name_bucket{labels`.
    prefix: Output,
}

impl<'a> Lines<'a> {
    pub(super) fn new(out: &'a mut Output, scratch: &'a mut Scratch) -> Self {
        Self { out, scratch }
    }

    /// The beginning of a line about the family.
    pub(super) fn metadata(&mut self, keyword: &[u8], name: [&[u8]; 2]) {
        let [base, suffix] = name;
        for part in [b"# ", keyword, b" ", base, suffix, b" "] {
            self.out.put(part);
        }
    }

    /// The rest of a help's line.
    pub(super) fn help(&mut self, help: &str, quotes: bool) {
        self.out.write(2 * help.len() + 1, |line| {
            line.escaped(help.as_bytes(), quotes);
            line.push(b'\n');
        });
    }

    /// Begins the lines of a family.
    pub(super) fn family(&mut self, head: Head<'_>) {
        let Scratch { base, kind, .. } = self.scratch;
        base.clear();
        base.push_str(head.base);
        *kind = Some(head.kind);
    }

    pub(super) fn label_names<N: AsRef<str>>(&mut self, names: &[N]) {
        let Scratch { base, kind, labels, .. } = self.scratch;
        let suffix: &[u8] = match kind {
            Some(Type::Counter) => b"_total",
            Some(Type::Histogram) => b"_bucket",
            _ => b"",
        };
        labels.clear();
        let base = base.as_bytes();
        for (n, name) in names.iter().enumerate() {
            let name = name.as_ref().as_bytes();
            match n {
                0 => labels.push(&[base, suffix, b"{", name, b"=\""]),
                _ => labels.push(&[b"\",", name, b"=\""]),
            }
        }
        match (kind, names.is_empty()) {
            (Some(Type::Histogram), false) => labels.push(&[b"\","]),
            (Some(Type::Histogram), true) => labels.push(&[base, suffix, b"{"]),
            (_, false) => labels.push(&[b"\"} "]),
            (_, true) => labels.push(&[base, suffix, b" "]),
        }
    }

    /// A whole line; for a counter or a gauge. Says where its name and labels stand.
    #[inline]
    pub(super) fn sample(&mut self, labels: &Labels<'_>, value: &Number) -> Range<usize> {
        let pieces = &self.scratch.labels;
        let start = self.out.len();
        let mut end = start;
        self.out.write(room(pieces, labels) + MAX_NUMBER_BYTES, |line| {
            line.labels(pieces, labels);
            end += line.position();
            line.number(value);
            line.push(b'\n');
        });
        start..end
    }

    /// When the counter began whose name and labels stand at `sample`.
    pub(super) fn created(&mut self, sample: Range<usize>, created: f64) {
        let base = self.scratch.base.as_bytes();
        self.out.put(base);
        self.out.put(b"_created");
        self.out.copy(sample.start + base.len() + "_total".len()..sample.end);
        self.out.write(MAX_NUMBER_BYTES, |line| {
            line.seconds(created);
            line.push(b'\n');
        });
    }

    /// The lines of the buckets; `more` may add to each.
    pub(super) fn buckets(
        &mut self,
        labels: &Labels<'_>,
        histogram: &HistogramSample<'_>,
        mut more: impl FnMut(&mut Output, usize),
    ) {
        self.scratch.set_bounds(histogram.bounds);
        let Scratch { labels: pieces, les, prefix, .. } = self.scratch;
        prefix.clear();
        prefix.write(room(pieces, labels), |line| line.labels(pieces, labels));
        let limit = prefix.len() + les.room() + MAX_NUMBER_BYTES;
        let mut total = 0_u64;
        for (n, count) in histogram.counts.iter().take(les.len()).enumerate() {
            total = total.saturating_add(*count);
            self.out.write(limit, |line| {
                line.put(prefix.as_bytes());
                line.piece(les, n);
                line.unsigned(total);
            });
            more(self.out, n);
            self.out.push(b'\n');
        }
    }

    /// A line of the histogram whose buckets were written last.
    pub(super) fn total(&mut self, suffix: &[u8], value: impl FnOnce(&mut Cursor<'_>)) {
        let Scratch { base, prefix, .. } = self.scratch;
        let labels = prefix.as_bytes().get(base.len() + "_bucket".len()..).unwrap_or_default();
        let limit = base.len() + suffix.len() + labels.len() + MAX_NUMBER_BYTES;
        self.out.write(limit, |line| {
            line.put(base.as_bytes());
            line.put(suffix);
            // The last byte is the comma or brace that expects `le`.
            if let Some((_, labels @ [_, ..])) = labels.split_last() {
                line.put(labels);
                line.push(b'}');
            }
            line.push(b' ');
            value(line);
            line.push(b'\n');
        });
    }
}

impl Scratch {
    fn set_bounds(&mut self, bounds: &[f64]) {
        let Self { bounds: old, les, .. } = self;
        if les.len() == 0 || old != bounds {
            old.clear();
            old.extend_from_slice(bounds);
            les.clear();
            for bound in bounds.iter().chain([&f64::INFINITY]) {
                les.push(&[b"le=\"", canonical(*bound).as_bytes(), b"\"} "]);
            }
        }
    }
}

impl Cursor<'_> {
    /// Each piece, with a value between it and the next.
    #[inline]
    fn labels(&mut self, pieces: &Pieces, labels: &Labels<'_>) {
        if labels.layout.plain {
            self.weave(pieces, labels);
        } else {
            self.escaped_labels(pieces, labels);
        }
    }

    #[cold]
    fn escaped_labels(&mut self, pieces: &Pieces, labels: &Labels<'_>) {
        for (n, value) in labels.values().enumerate() {
            if n == 0 || !value.is_empty() {
                self.piece(pieces, n);
                self.escaped(value, true);
            }
        }
        self.piece(pieces, labels.names.len());
    }

    /// Text, escaped where it needs that; quotes need it in values and some helps.
    pub(super) fn escaped(&mut self, text: &[u8], quotes: bool) {
        for byte in text {
            match byte {
                b'\\' => self.put(b"\\\\"),
                b'\n' => self.put(b"\\n"),
                b'"' if quotes => self.put(b"\\\""),
                _ => self.push(*byte),
            }
        }
    }
}

/// Most bytes of these labels: every byte of their values may need escaping.
#[inline]
fn room(pieces: &Pieces, labels: &Labels<'_>) -> usize {
    pieces.room() + 2 * labels.values.len()
}
