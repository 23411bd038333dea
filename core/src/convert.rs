//! Conversions of numbers that cannot lose anything on the platforms we build for, kept in one place.

/// A 32-bit number as a position.
#[inline]
#[expect(clippy::as_conversions, reason = "u32 fits usize on every platform we build for")]
pub(crate) const fn index(number: u32) -> usize {
    number as usize
}

/// A length as a 64-bit number.
#[inline]
#[expect(clippy::as_conversions, reason = "usize fits u64 on every platform we build for")]
pub(crate) const fn wide(length: usize) -> u64 {
    length as u64
}

/// A length below 2^32 as a number; more saturates.
#[inline]
#[expect(clippy::as_conversions, reason = "checked to fit")]
pub(crate) const fn number(length: usize) -> u32 {
    if length > u32::MAX as usize { u32::MAX } else { length as u32 }
}
