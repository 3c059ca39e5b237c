//! Expositions compressed.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// What is shorter is sent as it is: a packet is a packet.
pub(super) const MIN_BYTES: usize = 1_024;

/// The fastest level: names repeat so much that the best makes it only a little smaller.
const LEVEL: u32 = 1;

/// Writes `plain` compressed into `to`, or says that it could not.
pub(super) fn compress(plain: &[u8], to: &mut Vec<u8>) -> bool {
    to.clear();
    let mut encoder = GzEncoder::new(to, Compression::new(LEVEL));
    encoder.write_all(plain).is_ok() && encoder.finish().is_ok()
}
