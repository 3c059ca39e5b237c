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

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;
    use std::time::Duration;

    /// A time in milliseconds after one of 2026.
    fn at(millis: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_790_000_000) + Duration::from_millis(millis)
    }

    fn kept(slots: &Slots) -> Option<(f64, Vec<(String, String)>)> {
        let sample = slots.read(0)?;
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Some((sample.value, sample.labels.pairs().map(owned).collect()))
    }

    fn value_after(offers: &[(u64, f64)]) -> Option<f64> {
        let slots = Slots::new(1);
        for (millis, value) in offers {
            slots.offer(0, *value, &Exemplar::at(at(*millis)).label("n", "1"));
        }
        kept(&slots).map(|(value, _)| value)
    }

    /// R29: about seven seconds a bucket.
    #[test]
    fn an_exemplar_is_kept_for_seven_seconds() {
        assert_eq!(value_after(&[]), None);
        assert_eq!(value_after(&[(0, 1.0), (0, 2.0)]), Some(1.0));
        assert_eq!(value_after(&[(0, 1.0), (6_999, 2.0)]), Some(1.0));
        assert_eq!(value_after(&[(0, 1.0), (6_999, 2.0), (7_000, 3.0)]), Some(3.0));
        assert_eq!(value_after(&[(0, 1.0), (7_000, 2.0), (13_999, 3.0)]), Some(2.0));
        assert_eq!(value_after(&[(9_000, 1.0), (0, 2.0)]), Some(2.0), "the clock was set back");
    }

    #[test]
    fn trace_and_labels_are_shown_as_they_were_given() {
        let slots = Slots::new(1);
        let (trace_id, span_id) = (0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128, 0x00f0_67aa_u64);
        let exemplar = Exemplar::at(at(250)).trace(trace_id.to_be_bytes(), span_id.to_be_bytes());
        slots.offer(0, 0.5, &exemplar.label("user", "\"ünï\\\n"));
        let expected = [
            ("trace_id", "0af7651916cd43dd8448eb211c80319c"),
            ("span_id", "0000000000f067aa"),
            ("user", "\"ünï\\\n"),
        ];
        let (value, labels) = kept(&slots).unwrap();
        assert!((value - 0.5).abs() < f64::EPSILON);
        assert!(labels.iter().map(|(name, value)| (&**name, &**value)).eq(expected));
        assert!((slots.read(0).unwrap().timestamp - 1_790_000_000.25).abs() < 1e-6);
    }

    fn is_kept_whole(exemplar: &Exemplar<'_>) -> bool {
        let slots = Slots::new(1);
        slots.offer(0, 1.0, exemplar);
        let Some((_, labels)) = kept(&slots) else { return false };
        let mut shown = labels.iter().map(|(name, value)| (&**name, &**value));
        exemplar.labels.iter().all(|label| shown.any(|pair| pair == *label))
    }

    fn check(exemplar: &Exemplar<'_>, accepted: bool) {
        assert_eq!(is_kept_whole(exemplar), accepted, "{exemplar:?}");
    }

    /// R28: one that is too long is dropped, and so is any other that nobody would accept.
    #[test]
    fn what_is_not_acceptable_is_dropped() {
        let nothing = Exemplar::at(at(0));
        let traced = nothing.clone().trace([1; 16], [1; 8]);
        let (long, four_bytes) = ("x".repeat(127), "🦀".repeat(127));
        let too_long = "x".repeat(128);
        check(&nothing.clone(), false);
        check(&traced.clone(), true);
        check(&nothing.clone().trace([0; 16], [1; 8]), false);
        check(&nothing.clone().label("a", &long), true);
        check(&nothing.clone().label("a", &four_bytes), true);
        check(&nothing.clone().label("a", &too_long), false);
        check(&traced.clone().label("ab", &long[..63]), true);
        check(&traced.clone().label("ab", &long[..64]), false);
        check(&traced.clone().label("trace_id", "1"), false);
        check(&nothing.clone().label("trace_id", "1").label("span_id", "2"), true);
        check(&nothing.clone().label("a", "1").label("a", "2"), false);
        for name in ["", "1a", "a-b", "ä", "a\u{0}"] {
            check(&nothing.clone().label(name, "1"), false);
        }
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        let labelled =
            |n| names.iter().take(n).fold(nothing.clone(), |all, name| all.label(name, "1"));
        check(&labelled(8), true);
        check(&labelled(9), false);
    }

    #[test]
    fn a_dropped_exemplar_leaves_the_kept_one() {
        let slots = Slots::new(1);
        slots.offer(0, 1.0, &Exemplar::at(at(0)).label("n", "1"));
        slots.offer(0, 2.0, &Exemplar::at(at(60_000)).label("n", &"x".repeat(128)));
        assert_eq!(kept(&slots).map(|(value, _)| value), Some(1.0));
        slots.offer(1, 2.0, &Exemplar::at(at(60_000)).label("n", "1"));
        assert!(slots.read(1).is_none(), "no such bucket");
    }

    /// All of it follows from `id`.
    fn offer(slots: &Slots, at: SystemTime, id: u32) {
        let text = id.to_string().repeat(id as usize % 8 + 1);
        let trace_id = u128::from(id).to_be_bytes();
        let exemplar = Exemplar::at(at).trace(trace_id, u64::from(id).to_be_bytes());
        slots.offer(0, f64::from(id), &exemplar.label("id", &text));
    }

    #[test]
    fn a_reader_never_sees_halves_of_two() {
        let slots = Slots::new(1);
        let writing = AtomicU64::new(2);
        let write = |first: u32| {
            for n in 0..20_000 {
                offer(&slots, at(u64::from(n) * 8_000), first + n);
            }
            writing.fetch_sub(1, Ordering::Relaxed);
        };
        let check = |(value, labels): (f64, Vec<(String, String)>)| {
            let id = u32::from_str_radix(&labels[0].1, 16).unwrap();
            assert_eq!(value.to_bits(), f64::from(id).to_bits());
            assert_eq!(u32::from_str_radix(&labels[1].1, 16), Ok(id));
            assert_eq!(labels[2].1, id.to_string().repeat(id as usize % 8 + 1));
        };
        thread::scope(|scope| {
            scope.spawn(|| write(1));
            scope.spawn(|| write(1_000_000));
            while writing.load(Ordering::Relaxed) > 0 {
                kept(&slots).into_iter().for_each(check);
            }
        });
        check(kept(&slots).unwrap());
    }
}
