//! One call from JavaScript and its arguments.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::ops::Range;

use super::imports::{self, NONE, size};

/// One call from JavaScript, with what was copied from its arguments.
#[derive(Default)]
pub(crate) struct Call {
    /// Grows only; none of the boxes is touched before the call ends.
    copies: RefCell<Vec<Box<[u64]>>>,
}

impl Call {
    /// Writes argument `at` to the end of `bytes` as UTF-8 and tells where; `None` where it is absent or not a string.
    pub(crate) fn append(&self, at: usize, bytes: &mut Vec<u8>) -> Option<Range<usize>> {
        Self::append_value(size(at), bytes)
    }

    /// Argument `at` as a string of its own.
    pub(crate) fn text(&self, at: usize) -> Option<String> {
        let mut bytes = Vec::new();
        self.append(at, &mut bytes)?;
        String::from_utf8(bytes).ok()
    }

    /// The bytes of argument `at`: a string or a Uint8Array, copied.
    pub(crate) fn bytes<'c>(&'c self, at: usize, bytes: &'c mut Vec<u8>) -> Option<&'c [u8]> {
        match self.numbers(at) {
            Some(slice) => Some(slice),
            None => self.append(at, bytes).and_then(|range| bytes.get(range)),
        }
    }

    /// Argument `at`, a whole number from 0.
    pub(crate) fn number(&self, at: usize) -> Option<u32> {
        (imports::is_number(size(at)) == 1).then(|| imports::number(size(at)))
    }

    /// The numbers in the ArrayBuffer that argument `at` is.
    pub(crate) fn shared(&self, at: usize) -> Shared<'_> {
        Shared { at: size(at), call: PhantomData }
    }

    /// The numbers of argument `at`, a typed array of `T`, copied.
    pub(crate) fn numbers<T: Number>(&self, at: usize) -> Option<&[T]> {
        let count = match imports::numbers(size(at), size(size_of::<T>())) {
            NONE => return None,
            count => usize::try_from(count).ok()?,
        };
        let mut copy: Vec<u64> = Vec::new();
        let words = count.checked_mul(size_of::<T>())?.div_ceil(size_of::<u64>());
        // A prompt that has no room here is absent; memory that runs out would stop this half for good.
        copy.try_reserve_exact(words).ok()?;
        copy.resize(words, 0);
        // SAFETY: the copy has room for `count` numbers of `T`, and JavaScript writes that many.
        unsafe { imports::copy_numbers(copy.as_mut_ptr()) };
        let copy = copy.into_boxed_slice();
        let data = copy.as_ptr().cast::<T>();
        self.copies.borrow_mut().push(copy);
        // SAFETY: the box holds `count` initialised numbers, aligned for `u64` and so for `T`, of which every pattern of bits is valid. It moves only
        // as a box, is never written to, and lives as long as the call, to which the slice is bound.
        Some(unsafe { std::slice::from_raw_parts(data, count) })
    }

    fn append_value(at: u32, bytes: &mut Vec<u8>) -> Option<Range<usize>> {
        let room = match imports::text_room(at) {
            NONE => return None,
            room => room,
        };
        bytes.try_reserve(usize::try_from(room).ok()?).ok()?;
        let start = bytes.len();
        // SAFETY: `room` bytes are reserved behind the length. JavaScript writes no more and tells how many, all of them UTF-8.
        unsafe {
            let to = bytes.as_mut_ptr().add(start);
            let written = usize::try_from(imports::write_text(at, to, room)).ok()?;
            bytes.set_len(start + written);
            Some(start..start + written)
        }
    }
}

/// Numbers that typed arrays hold as JavaScript holds them: unsigned, of at most eight bytes.
pub(crate) trait Number: Sized {}

impl Number for u8 {}
impl Number for u32 {}
impl Number for u64 {}

/// Numbers that this side and JavaScript both read and write.
#[derive(Clone, Copy)]
pub(crate) struct Shared<'c> {
    at: u32,
    call: PhantomData<&'c Call>,
}

impl Shared<'_> {
    /// The first `N` numbers, `None` where there are fewer.
    pub(crate) fn read<const N: usize>(&self) -> Option<[u32; N]> {
        let mut numbers = [0; N];
        // SAFETY: there is room for N numbers.
        let read = unsafe { imports::read_words(self.at, numbers.as_mut_ptr(), size(N)) };
        (read == 1).then_some(numbers)
    }

    /// Writes `count` numbers from the one at `first` on to `to`, and none where there are fewer.
    pub(crate) fn read_all(&self, first: usize, count: usize, to: &mut Vec<u32>) {
        to.clear();
        to.resize(first + count, 0);
        // SAFETY: there is room for that many numbers.
        let read = unsafe { imports::read_words(self.at, to.as_mut_ptr(), size(first + count)) };
        to.drain(..if read == 1 { first } else { first + count });
    }

    /// Adds `count` bytes from number `first` on to `to`, and none where there are fewer.
    pub(crate) fn read_bytes(&self, first: usize, count: usize, to: &mut Vec<u8>) {
        let mut numbers = Vec::new();
        self.read_all(first, count.div_ceil(size_of::<u32>()), &mut numbers);
        let bytes = numbers.iter().flat_map(|four| four.to_ne_bytes());
        to.extend(bytes.take(count));
    }

    /// Writes `numbers` from number `first` on; nothing where the array ends before them.
    pub(crate) fn write<const N: usize>(&self, first: usize, numbers: [u32; N]) {
        // SAFETY: there are that many numbers.
        unsafe { imports::write_words(self.at, size(first), numbers.as_ptr(), size(N)) };
    }
}
