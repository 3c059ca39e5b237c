//! The members of a message, whatever they are; a wrong one is the last.

/// One member's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field<'a> {
    Number(u64),
    Fixed64(u64),
    Fixed32(u32),
    /// A text, bytes, or a message.
    Bytes(&'a [u8]),
}

/// The members in their order, each with its number; `None` where the bytes are no message.
pub(crate) fn fields(mut message: &[u8]) -> impl Iterator<Item = Option<(u32, Field<'_>)>> {
    std::iter::from_fn(move || {
        if message.is_empty() {
            return None;
        }
        let member = next(&mut message);
        if member.is_none() {
            message = &[];
        }
        Some(member)
    })
}

fn next<'a>(message: &mut &'a [u8]) -> Option<(u32, Field<'a>)> {
    let tag = u32::try_from(varint(message)?).ok()?;
    let field = match tag & 7 {
        0 => Field::Number(varint(message)?),
        1 => Field::Fixed64(u64::from_le_bytes(chunk(message)?)),
        2 => {
            let length = usize::try_from(varint(message)?).ok()?;
            let (bytes, rest) = message.split_at_checked(length)?;
            *message = rest;
            Field::Bytes(bytes)
        }
        5 => Field::Fixed32(u32::from_le_bytes(chunk(message)?)),
        _ => return None,
    };
    (tag >> 3 > 0).then_some((tag >> 3, field))
}

/// At most ten bytes.
fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = message.split_first()?;
        *message = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn chunk<const N: usize>(message: &mut &[u8]) -> Option<[u8; N]> {
    let (chunk, rest) = message.split_first_chunk()?;
    *message = rest;
    Some(*chunk)
}
