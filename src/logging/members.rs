//! Names and values as they stand on a line.

use std::ops::Range;

use super::schema::MAX_LINE_BYTES;

/// Rendered members of one event or span, no two of one name.
///
/// Each is its key, which begins with the schema's separator, and its value. Clearing keeps the
/// memory, if it is no more than usual.
#[derive(Debug, Default)]
pub(super) struct Members {
    bytes: Vec<u8>,
    list: Vec<Member>,
    /// The bits of all names, so that groups without a common name are told without comparing.
    mask: u64,
}

/// A name, and how it stands on a line: made once for each field of a call site, by `Schema::key`.
#[derive(Clone, Debug)]
pub(super) struct Key {
    name: &'static str,
    bit: u64,
    /// Its first bytes, padded: a short key is copied as a whole block, which is cheaper than to
    /// copy by length.
    block: [u8; BLOCK],
    bytes: Box<[u8]>,
}

const BLOCK: usize = 32;

#[derive(Clone, Copy, Debug)]
struct Member {
    name: &'static str,
    bit: u64,
    /// Where its value begins.
    value: usize,
    /// Where it ends, which is where the next begins.
    end: usize,
}

/// One member of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rendered<'a> {
    pub(super) name: &'static str,
    pub(super) bit: u64,
    pub(super) key: &'a [u8],
    pub(super) value: &'a [u8],
}

/// Behind so many bytes, of which a line shows the least part, nothing is added.
const MAX_BYTES: usize = 8 * MAX_LINE_BYTES;

impl Members {
    /// Forgets all members.
    pub(super) fn clear(&mut self) {
        if self.bytes.capacity() > MAX_BYTES {
            self.bytes = Vec::new();
        }
        self.bytes.clear();
        self.list.clear();
        self.mask = 0;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds a member, whose value `write` appends to the bytes given, or replaces the one of its
    /// name where it stands.
    #[inline]
    pub(super) fn put(&mut self, key: &Key, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        if key.bytes.len() <= BLOCK {
            self.bytes.extend_from_slice(&key.block);
            self.bytes.truncate(start + key.bytes.len());
        } else {
            self.bytes.extend_from_slice(&key.bytes);
        }
        let value = self.bytes.len();
        write(&mut self.bytes);
        if self.mask & key.bit != 0 && self.replace(key.name, start..value) {
            return;
        }
        if start > MAX_BYTES {
            self.bytes.truncate(start);
            return;
        }
        self.mask |= key.bit;
        let end = self.bytes.len();
        self.list.push(Member { name: key.name, bit: key.bit, value, end });
    }

    /// All members, one after the other.
    #[inline]
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many of those bytes there is memory for.
    pub(super) fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    #[inline]
    pub(super) fn mask(&self) -> u64 {
        self.mask
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Rendered<'_>> {
        self.list.iter().scan(0, |start, member| {
            let (key, value) = (*start..member.value, member.value..member.end);
            *start = member.end;
            Some(Rendered {
                name: member.name,
                bit: member.bit,
                key: self.bytes.get(key).unwrap_or_default(),
                value: self.bytes.get(value).unwrap_or_default(),
            })
        })
    }

    pub(super) fn contains(&self, name: &str, bit: u64) -> bool {
        self.mask & bit != 0 && self.list.iter().any(|member| member.name == name)
    }

    /// Moves the value behind the key at `new` to where the value of this name stands, if one does.
    #[cold]
    fn replace(&mut self, name: &str, new: Range<usize>) -> bool {
        let Some(at) = self.list.iter().position(|member| member.name == name) else {
            return false;
        };
        let (mut list, added) = (self.list.iter_mut().skip(at), self.bytes.len() - new.end);
        let Some(member) = list.next() else { return false };
        let (value, removed) = (member.value, member.end - member.value);
        // To the front of what is to move, then what stood there behind all.
        self.bytes.drain(new);
        let end = self.bytes.len();
        if let Some(tail) = self.bytes.get_mut(value..end) {
            tail.rotate_right(added);
        }
        self.bytes.drain(value + added..value + added + removed);
        member.end = value + added;
        for member in list {
            member.value = member.value - removed + added;
            member.end = member.end - removed + added;
        }
        true
    }
}

impl Key {
    /// The key of `name`, which stands on the line as `bytes`, separator and all.
    pub(super) fn new(name: &'static str, bytes: Box<[u8]>) -> Self {
        let mut block = [0; BLOCK];
        block.iter_mut().zip(&bytes).for_each(|(to, byte)| *to = *byte);
        Self { name, bit: bit(name), block, bytes }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }
}

/// One of 64 bits, the same for the same name.
pub(super) fn bit(name: &str) -> u64 {
    let fnv = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    1 << (name.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325, fnv) >> 58)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &'static str) -> Key {
        Key::new(name, format!(",{name}=").into_bytes().into())
    }

    fn members(puts: &[(&'static str, &str)]) -> Members {
        let mut members = Members::default();
        for (name, value) in puts {
            members.put(&key(name), |out| out.extend_from_slice(value.as_bytes()));
        }
        members
    }

    #[test]
    fn of_one_name_the_last_stands_where_the_first_did() {
        let cases: [(&[_], _); 6] = [
            (&[], ""),
            (&[("a", "1")], ",a=1"),
            (&[("a", "1"), ("b", "2"), ("a", "333")], ",a=333,b=2"),
            (&[("a", "1"), ("b", "222"), ("c", "3"), ("b", "")], ",a=1,b=,c=3"),
            (&[("a", "1"), ("b", "2"), ("b", "3"), ("a", "45"), ("b", "6")], ",a=45,b=6"),
            (&[("", "1"), ("", "2")], ",=2"),
        ];
        for (puts, expected) in cases {
            let members = members(puts);
            assert_eq!(str::from_utf8(members.as_bytes()).unwrap(), expected);
            let parts = members.iter().map(|member| [member.key, member.value].concat());
            assert_eq!(parts.collect::<Vec<_>>().concat(), members.as_bytes());
        }
    }

    #[test]
    fn values_put_again_and_again_take_no_memory() {
        let mut members = members(&[("a", "first"), ("b", "kept")]);
        for n in 0..10_000 {
            members.put(&key("a"), |out| out.extend_from_slice(n.to_string().as_bytes()));
        }
        assert_eq!(members.as_bytes(), b",a=9999,b=kept");
        assert!(members.bytes.capacity() < 128);
        members.clear();
        assert!(members.is_empty() && members.as_bytes().is_empty() && members.mask() == 0);
    }
}
