//! Messages are written at the end of a vector, in the order of the calls.

/// A message under way. What a member's default is need not be written, and is not left out here.
#[derive(Debug)]
pub(crate) struct Message<'a>(&'a mut Vec<u8>);

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const MEASURED: u32 = 2;
const FIXED32: u32 = 5;

impl<'a> Message<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        Self(out)
    }

    /// A number: `uint64`, `uint32`, `bool`, an enumeration, or an `int64` as its two's complement.
    #[inline]
    pub(crate) fn number(&mut self, field: u32, number: u64) {
        self.tag(field, VARINT);
        varint(self.0, number);
    }

    #[inline]
    pub(crate) fn fixed64(&mut self, field: u32, number: u64) {
        self.tag(field, FIXED64);
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    #[inline]
    pub(crate) fn fixed32(&mut self, field: u32, number: u32) {
        self.tag(field, FIXED32);
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    #[inline]
    pub(crate) fn double(&mut self, field: u32, number: f64) {
        self.fixed64(field, number.to_bits());
    }

    /// `bytes` or a `string`.
    #[inline]
    pub(crate) fn bytes(&mut self, field: u32, bytes: &[u8]) {
        self.tag(field, MEASURED);
        varint(self.0, bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// A message within this one.
    #[inline]
    pub(crate) fn message(&mut self, field: u32, write: impl FnOnce(&mut Message<'_>)) {
        self.tag(field, MEASURED);
        self.measured(write);
    }

    /// Members that are written already, tags included.
    #[inline]
    pub(crate) fn raw(&mut self, members: &[u8]) {
        self.0.extend_from_slice(members);
    }

    /// A message after its length, for which one byte does, mostly.
    #[inline]
    fn measured(&mut self, write: impl FnOnce(&mut Message<'_>)) {
        let at = self.0.len();
        self.0.push(0);
        write(&mut Message(self.0));
        let length = self.0.len() - at - 1;
        match (u8::try_from(length), self.0.get_mut(at)) {
            (Ok(short @ 0..0x80), Some(place)) => *place = short,
            _ => self.widen(at, length),
        }
    }

    #[cold]
    fn widen(&mut self, at: usize, length: usize) {
        let mut digits = Vec::with_capacity(10);
        varint(&mut digits, length as u64);
        self.0.splice(at..=at, digits);
    }

    #[inline]
    fn tag(&mut self, field: u32, wire: u32) {
        varint(self.0, u64::from(field << 3 | wire));
    }
}

/// A number in groups of seven bits, the lowest first.
#[inline]
pub(crate) fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(low_bits(number) | 0x80);
        number >>= 7;
    }
    out.push(low_bits(number));
}

fn low_bits(number: u64) -> u8 {
    (number & 0x7f) as u8
}
