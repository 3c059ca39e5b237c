//! The buckets of a native histogram as the formats have them: spans of neighbours, and each count
//! as its difference to the one before.

use super::NativeSample;

impl<'a> NativeSample<'a> {
    /// How far behind the last each span begins, and how many buckets it has.
    pub(super) fn spans(&self) -> impl Iterator<Item = (i32, u32)> + use<'a> {
        let neighbours =
            |(index, _): &(i32, u64), (next, _): &(i32, u64)| next.wrapping_sub(*index) == 1;
        let mut end = 0_i32;
        self.positive.chunk_by(neighbours).map(move |span| {
            let first = span.first().map_or(end, |(index, _)| *index);
            let len = u32::try_from(span.len()).unwrap_or(u32::MAX);
            let offset = first.wrapping_sub(end);
            end = first.wrapping_add_unsigned(len);
            (offset, len)
        })
    }

    pub(super) fn deltas(&self) -> impl Iterator<Item = i64> + use<'a> {
        let mut before = 0_i64;
        self.positive.iter().map(move |(_, count)| {
            let count = i64::try_from(*count).unwrap_or(i64::MAX);
            let delta = count.wrapping_sub(before);
            before = count;
            delta
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_deltas() {
        let positive = [(-2, 5), (-1, 3), (4, 3), (5, 10), (7, 1)];
        let native =
            NativeSample { schema: 3, zero_threshold: 0.0, zero_count: 0, positive: &positive };
        assert_eq!(native.spans().collect::<Vec<_>>(), [(-2, 2), (4, 2), (1, 1)]);
        assert_eq!(native.deltas().collect::<Vec<_>>(), [5, -2, 0, 7, -9]);
    }
}
