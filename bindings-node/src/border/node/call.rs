//! One call from JavaScript and its arguments.

use std::ffi::{c_char, c_void};
use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::null_mut;

use napi_sys as sys;

/// Arguments beyond these are not looked at.
pub(super) const ARGUMENTS: usize = 5;

/// One call from JavaScript, with its arguments.
pub(crate) struct Call {
    pub(super) env: sys::napi_env,
    pub(super) arguments: [sys::napi_value; ARGUMENTS],
}

impl Call {
    /// Writes argument `at` to the end of `bytes` as UTF-8 and tells where; `None` where it is absent or not a string.
    pub(crate) fn append(&self, at: usize, bytes: &mut Vec<u8>) -> Option<Range<usize>> {
        self.append_value(*self.arguments.get(at)?, bytes)
    }

    /// Entry `index` of the array that argument `at` is.
    pub(super) fn entry(&self, at: usize, index: u32) -> Option<sys::napi_value> {
        let mut entry = null_mut();
        // SAFETY: env and the array belong to this call; `entry` outlives the call and takes one value.
        let status =
            unsafe { sys::napi_get_element(self.env, *self.arguments.get(at)?, index, &raw mut entry) };
        (status == sys::Status::napi_ok).then_some(entry)
    }

    /// The numbers of argument `at`, a typed array of `T` that nothing writes to while this call lasts.
    pub(crate) fn numbers<T: Number>(&self, at: usize) -> Option<&[T]> {
        self.slice(*self.arguments.get(at)?)
    }

    /// The numbers of a typed array of `T`.
    fn slice<T: Number>(&self, value: sys::napi_value) -> Option<&[T]> {
        match self.array(value, T::KIND)? {
            // An empty array may stand nowhere.
            (data, len) if len == 0 || data.is_null() => Some(&[]),
            // Memory that other native code brought may stand anywhere.
            (data, _) if !data.cast::<T>().is_aligned() => None,
            // SAFETY: the array stands at `data`, aligned, with `len` initialised numbers of `T` as long as the call, to which the slice is bound. Nothing writes to it
            // meanwhile: `lib/options.js` copies an array that other threads share, and `lib/asked.js`
            // one that a scorer of the host's could reach.
            (data, len) => Some(unsafe { std::slice::from_raw_parts(data.cast(), len) }),
        }
    }

    /// Argument `at` as a string of its own.
    pub(crate) fn text(&self, at: usize) -> Option<String> {
        let mut bytes = Vec::new();
        self.append(at, &mut bytes)?;
        String::from_utf8(bytes).ok()
    }

    /// The bytes of argument `at`: a string, which is copied to `bytes` as UTF-8, or a Uint8Array that nothing writes to while this call lasts.
    pub(crate) fn bytes<'c>(&'c self, at: usize, bytes: &'c mut Vec<u8>) -> Option<&'c [u8]> {
        match self.slice(*self.arguments.get(at)?) {
            Some(slice) => Some(slice),
            None => self.append(at, bytes).and_then(|range| bytes.get(range)),
        }
    }

    /// Argument `at`, a whole number from 0.
    pub(crate) fn number(&self, at: usize) -> Option<u32> {
        let mut number = 0;
        // SAFETY: env and the argument belong to this call; `number` outlives the call.
        let status =
            unsafe { sys::napi_get_value_uint32(self.env, *self.arguments.get(at)?, &raw mut number) };
        (status == sys::Status::napi_ok).then_some(number)
    }

    /// The numbers in the ArrayBuffer that argument `at` is, which only this call looks at while it lasts.
    ///
    /// The buffer and not an array on it: Node.js takes ten times as long to tell where an array stands.
    pub(crate) fn shared(&self, at: usize) -> Shared<'_> {
        let (mut data, mut bytes) = (null_mut::<c_void>(), 0);
        let value = self.arguments.get(at).copied().unwrap_or(null_mut());
        // SAFETY: env and the value belong to this call, and Node.js refuses null; the results outlive the call.
        let status =
            unsafe { sys::napi_get_arraybuffer_info(self.env, value, &raw mut data, &raw mut bytes) };
        let is_there = status == sys::Status::napi_ok && !data.is_null() && data.cast::<u32>().is_aligned();
        let (data, len) = if is_there { (data.cast(), bytes / size_of::<u32>()) } else { (null_mut(), 0) };
        Shared { data, len, call: PhantomData }
    }

    /// Where a typed array of the kind `wanted` stands, and how many entries it has.
    fn array(&self, value: sys::napi_value, wanted: i32) -> Option<(*mut c_void, usize)> {
        let (mut kind, mut found, mut data) = (0, 0, null_mut::<c_void>());
        // SAFETY: env and the value belong to this call; the results outlive the call, null stands for results that are not wanted.
        let status = unsafe {
            let (kind, found, data) = (&raw mut kind, &raw mut found, &raw mut data);
            sys::napi_get_typedarray_info(self.env, value, kind, found, data, null_mut(), null_mut())
        };
        (status == sys::Status::napi_ok && kind == wanted).then_some((data, found))
    }

    fn append_value(&self, value: sys::napi_value, bytes: &mut Vec<u8>) -> Option<Range<usize>> {
        /// Node.js ends the text with a NUL and never cuts a character, which has up to four bytes: within this much of the end it may have cut.
        const MARGIN: usize = 5;
        let start = bytes.len();
        bytes.reserve(64);
        let mut written = self.write_text(value, bytes)?;
        if written + MARGIN > bytes.capacity() - start {
            bytes.reserve(self.text_len(value)? + MARGIN);
            written = self.write_text(value, bytes)?;
        }
        // SAFETY: `write_text` wrote that many bytes after the length, within the capacity.
        unsafe { bytes.set_len(start + written) };
        Some(start..start + written)
    }

    /// Writes what fits into the spare capacity and tells how much that was.
    fn write_text(&self, value: sys::napi_value, bytes: &mut Vec<u8>) -> Option<usize> {
        let (spare, mut written) = (bytes.spare_capacity_mut(), 0);
        // SAFETY: env and value belong to this call; Node.js writes at most `spare.len()` bytes to `spare`, with the NUL.
        let status = unsafe {
            let buffer = spare.as_mut_ptr().cast::<c_char>();
            sys::napi_get_value_string_utf8(self.env, value, buffer, spare.len(), &raw mut written)
        };
        (status == sys::Status::napi_ok).then_some(written)
    }

    fn text_len(&self, value: sys::napi_value) -> Option<usize> {
        let mut len = 0;
        // SAFETY: env and value belong to this call; without a buffer Node.js only measures.
        let status = unsafe { sys::napi_get_value_string_utf8(self.env, value, null_mut(), 0, &raw mut len) };
        (status == sys::Status::napi_ok).then_some(len)
    }
}

/// Numbers that typed arrays hold as JavaScript holds them.
pub(crate) trait Number: Sized {
    /// The kind of its typed array.
    const KIND: i32;
}

impl Number for u8 {
    const KIND: i32 = sys::TypedarrayType::uint8_array;
}

impl Number for u32 {
    const KIND: i32 = sys::TypedarrayType::uint32_array;
}

impl Number for u64 {
    const KIND: i32 = sys::TypedarrayType::biguint64_array;
}

/// Numbers that this side and JavaScript both read and write, found once a call.
#[derive(Clone, Copy)]
pub(crate) struct Shared<'c> {
    data: *mut u32,
    len: usize,
    call: PhantomData<&'c Call>,
}

impl Shared<'_> {
    /// The first `N` numbers, `None` where there are fewer.
    pub(crate) fn read<const N: usize>(&self) -> Option<[u32; N]> {
        // SAFETY: the array has at least N initialised entries and is aligned; it stands as long as the call, and JavaScript does not run meanwhile.
        (self.len >= N).then(|| unsafe { self.data.cast::<[u32; N]>().read() })
    }

    /// Writes `count` numbers from the one at `first` on to `to`, and none where there are fewer.
    pub(crate) fn read_all(&self, first: usize, count: usize, to: &mut Vec<u32>) {
        to.clear();
        if self.len.checked_sub(first).is_some_and(|behind| behind >= count) {
            to.reserve(count);
            // SAFETY: as in `read`; there is room for that many, and all of them are then initialised.
            unsafe {
                to.as_mut_ptr().copy_from_nonoverlapping(self.data.add(first), count);
                to.set_len(count);
            }
        }
    }

    /// Adds `count` bytes from number `first` on to `to`, and none where there are fewer.
    pub(crate) fn read_bytes(&self, first: usize, count: usize, to: &mut Vec<u8>) {
        if self.len.checked_sub(first).is_some_and(|behind| behind * size_of::<u32>() >= count) {
            let start = to.len();
            to.reserve(count);
            // SAFETY: as in `read`; there is room for that many bytes behind those of `to`, and all of them are then initialised.
            unsafe {
                let from = self.data.add(first).cast::<u8>();
                to.as_mut_ptr().add(start).copy_from_nonoverlapping(from, count);
                to.set_len(start + count);
            }
        }
    }

    /// Writes `numbers` from number `first` on; nothing where the array ends before them.
    pub(crate) fn write<const N: usize>(&self, first: usize, numbers: [u32; N]) {
        if self.len.checked_sub(first).is_some_and(|behind| behind >= N) {
            // SAFETY: as in `read`; no Rust reference into the array exists, what is read is copied.
            unsafe { self.data.add(first).cast::<[u32; N]>().write(numbers) };
        }
    }
}
