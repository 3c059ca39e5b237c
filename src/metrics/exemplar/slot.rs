//! Where the exemplars of a histogram are kept.

use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::{SystemTime, UNIX_EPOCH};

use once_cell::race::OnceBox;

use super::{END, Exemplar, ExemplarLabels, ExemplarSample, TEXT_BYTES, Text};

/// One place for each bucket, made when its first exemplar is kept.
#[derive(Debug)]
pub(crate) struct Slots(Box<[OnceBox<Slot>]>);

/// One exemplar under a sequence lock: nobody waits. A writer that meets another gives up, and a
/// reader that keeps meeting writers sees none.
#[derive(Debug, Default)]
struct Slot {
    /// 0 when nothing was ever kept, odd while a writer is at it.
    version: AtomicU64,
    value: AtomicU64,
    /// Microseconds since 1970.
    at: AtomicU64,
    /// Trace ID and span ID; 0 for none.
    trace: [AtomicU64; 3],
    /// Bytes of the labels' text.
    len: AtomicU64,
    /// Names and values of labels other than the trace's.
    text: OnceBox<[AtomicU64; TEXT_WORDS]>,
}

/// An exemplar younger than this is not replaced.
const KEPT_MICROS: u64 = 7_000_000;
const TEXT_WORDS: usize = TEXT_BYTES.div_ceil(8);
const READS: usize = 16;

impl Slots {
    pub(crate) fn new(buckets: usize) -> Self {
        Self(std::iter::repeat_with(OnceBox::new).take(buckets).collect())
    }

    /// Keeps `exemplar` if the one of its bucket is old enough.
    #[inline]
    pub(crate) fn offer(&self, bucket: usize, value: f64, exemplar: &Exemplar<'_>) {
        let Some(slot) = self.0.get(bucket) else { return };
        let at = micros(exemplar.at);
        let version = match slot.get() {
            Some(slot) => match slot.due(at) {
                Some(version) => version,
                None => return,
            },
            None => 0,
        };
        keep(slot, version, value, exemplar);
    }

    pub(crate) fn read(&self, bucket: usize) -> Option<ExemplarSample> {
        let slot = self.0.get(bucket)?.get()?;
        (0..READS).find_map(|_| slot.try_read())
    }
}

#[cold]
fn keep(slot: &OnceBox<Slot>, version: u64, value: f64, exemplar: &Exemplar<'_>) {
    if exemplar.is_acceptable() {
        slot.get_or_init(Box::default).try_write(version, value, exemplar);
    }
}

impl Slot {
    /// The version to replace, if a writer may.
    #[inline]
    fn due(&self, at: u64) -> Option<u64> {
        let version = self.version.load(Ordering::Acquire);
        // Either way, so that a clock that was set back stops nothing.
        let kept = at.abs_diff(self.at.load(Ordering::Relaxed));
        (version.is_multiple_of(2) && kept >= KEPT_MICROS).then_some(version)
    }

    fn try_write(&self, version: u64, value: f64, exemplar: &Exemplar<'_>) {
        let taken = self.version.compare_exchange(
            version,
            version + 1,
            Ordering::Acquire,
            Ordering::Relaxed,
        );
        if taken.is_err() {
            return;
        }
        // Whoever reads one of the words below sees the odd version too.
        fence(Ordering::Release);
        self.value.store(value.to_bits(), Ordering::Relaxed);
        self.at.store(micros(exemplar.at), Ordering::Relaxed);
        for (word, id) in self.trace.iter().zip(trace_words(exemplar)) {
            word.store(id, Ordering::Relaxed);
        }
        self.write_text(exemplar);
        self.version.store(version + 2, Ordering::Release);
    }

    fn write_text(&self, exemplar: &Exemplar<'_>) {
        let mut labels = ExemplarLabels::default();
        for (name, value) in &exemplar.labels {
            labels.push(name);
            labels.push(value);
        }
        self.len.store(labels.text.len() as u64, Ordering::Relaxed);
        if labels.text.is_empty() {
            return;
        }
        let words = self.text.get_or_init(|| Box::new([const { AtomicU64::new(0) }; TEXT_WORDS]));
        for (word, bytes) in words.iter().zip(labels.text.chunks(8)) {
            let mut padded = [END; 8];
            padded.iter_mut().zip(bytes).for_each(|(to, byte)| *to = *byte);
            word.store(u64::from_le_bytes(padded), Ordering::Relaxed);
        }
    }

    /// What is kept, if anything is and no writer came between.
    fn try_read(&self) -> Option<ExemplarSample> {
        let version = self.version.load(Ordering::Acquire);
        let value = f64::from_bits(self.value.load(Ordering::Relaxed));
        let at = self.at.load(Ordering::Relaxed);
        let [high, low, span_id] = self.trace.each_ref().map(|word| word.load(Ordering::Relaxed));
        let text = self.read_text();
        fence(Ordering::Acquire);
        let whole = version.is_multiple_of(2) && self.version.load(Ordering::Relaxed) == version;
        if version == 0 || !whole {
            std::hint::spin_loop();
            return None;
        }
        let trace_id = u128::from(high) << 64 | u128::from(low);
        let labels = ExemplarLabels::new((trace_id != 0).then_some((trace_id, span_id)), &text);
        Some(ExemplarSample { labels, value, timestamp: seconds(at) })
    }

    fn read_text(&self) -> Text {
        let len = usize::try_from(self.len.load(Ordering::Relaxed)).unwrap_or(0);
        let words = self.text.get().into_iter().flatten();
        let bytes = words.flat_map(|word| word.load(Ordering::Relaxed).to_le_bytes());
        bytes.take(len.min(TEXT_BYTES)).collect()
    }
}

fn trace_words(exemplar: &Exemplar<'_>) -> [u64; 3] {
    let (trace_id, span_id) = exemplar.trace.unwrap_or_default();
    let trace_id = u128::from_be_bytes(trace_id);
    #[expect(clippy::cast_possible_truncation, reason = "its two halves")]
    let (high, low) = ((trace_id >> 64) as u64, trace_id as u64);
    [high, low, u64::from_be_bytes(span_id)]
}

fn micros(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "exact to the microsecond until the year 2255")]
fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}
