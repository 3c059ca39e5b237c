//! Random bits for identifiers: no lock, and no system call after a thread's first.

use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, RandomState};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

thread_local! {
    static SOURCE: Source = Source::new();
}

/// Identifiers must be distinct, not secret, so a small generator (xoshiro256++) serves.
struct Source {
    generator: RefCell<SmallRng>,
    salt: Cell<u64>,
}

/// Random words, all in one visit to the thread's generator.
pub(crate) fn words<const N: usize>() -> [u64; N] {
    visit(Source::next)
}

/// The same, parted from what a copy of this process made by `fork` would draw.
///
/// A fork copies the thread's generator, and both would go on with the same identifiers. Whoever
/// has read the clock anyway gives its nanoseconds here; they differ in the two processes, and all
/// that is drawn from now on differs with them. Asking for the process ID would be a system call.
pub(crate) fn stirred<const N: usize>(nanoseconds: u64) -> [u64; N] {
    visit(|source| {
        source.stir(nanoseconds);
        source.next()
    })
}

/// A thread that is being torn down has lost its source; it gets a new one for this call.
fn visit<T>(draw: impl Fn(&Source) -> T) -> T {
    SOURCE.try_with(&draw).unwrap_or_else(|_| draw(&Source::new()))
}

impl Source {
    fn new() -> Self {
        Self { generator: RefCell::new(SmallRng::from_seed(seed())), salt: Cell::new(0) }
    }

    fn next<const N: usize>(&self) -> [u64; N] {
        let (mut generator, salt) = (self.generator.borrow_mut(), self.salt.get());
        std::array::from_fn(|_| generator.next_u64() ^ salt)
    }

    fn stir(&self, nanoseconds: u64) {
        // An odd constant spreads the few bits of the clock over the word (Fibonacci hashing).
        let spread = nanoseconds.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.salt.set(self.salt.get().rotate_left(7) ^ spread);
    }
}

/// 256 bits of the operating system's randomness, without a dependency.
///
/// The standard library asks the operating system for 128 bits once a thread, as the keys of
/// `RandomState`'s hash (`SipHash`), and steps them for every new state. What a number hashes to
/// under those keys cannot be told from chance by anyone without them, so a few states fill a seed.
fn seed() -> [u8; 32] {
    let mut seed = [0; 32];
    let (words, _) = seed.as_chunks_mut::<8>();
    for (index, word) in words.iter_mut().enumerate() {
        *word = RandomState::new().hash_one(index).to_le_bytes();
    }
    seed
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn nothing_repeats_within_and_across_threads() {
        let draw = || words::<10_000>();
        let other = std::thread::spawn(draw);
        let (here, there) = (draw(), other.join().unwrap());
        assert_eq!(here.iter().chain(&there).collect::<HashSet<_>>().len(), 20_000);
    }

    #[test]
    fn a_forked_copy_goes_its_own_way_once_stirred() {
        let copy =
            || Source { generator: RefCell::new(SmallRng::seed_from_u64(7)), salt: Cell::new(0) };
        let (parent, child) = (copy(), copy());
        assert_eq!(parent.next::<4>(), child.next::<4>(), "the copies start alike");
        child.stir(1);
        assert_ne!(parent.next::<4>(), child.next::<4>());
    }

    #[test]
    fn every_bit_is_used() {
        let (ones, zeros) = words::<1_000>().iter().fold((0, 0), |(o, z), n| (o | n, z | !n));
        assert_eq!((ones, zeros), (u64::MAX, u64::MAX));
    }
}
