//! Chance that is the same in every run, so that a picture of one fits the next.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A source of chance that may be shared.
#[derive(Debug, Default)]
pub(crate) struct Dice(AtomicU64);

impl Dice {
    /// A number below `sides`.
    pub(crate) fn roll(&self, sides: u64) -> u64 {
        // SplitMix64, whose state is a counter.
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides.max(1)
    }

    /// Takes as long as work does: mostly little more than `least`, now and then four times it.
    pub(crate) async fn work(&self, least: Duration) {
        let percent = 100 + self.roll(40) + if self.roll(20) == 0 { 300 } else { 0 };
        tokio::time::sleep(least.mul_f64(f64::from(u32::try_from(percent).unwrap_or(100)) / 100.0))
            .await;
    }
}
