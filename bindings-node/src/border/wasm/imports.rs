//! What `lib/wasm.js` does for this half. All of it works on the arguments of the innermost call under way.
//!
//! `at` numbers an argument, `entry` an entry of the array that it is.

/// Stands for "none" and "not that".
pub(super) const NONE: u32 = u32::MAX;

#[link(wasm_import_module = "inferroute")]
unsafe extern "C" {
    /// Bytes in which the text has room as UTF-8; [`NONE`] where the value is no text.
    pub(super) safe fn text_room(at: u32) -> u32;
    /// Writes as much of the text as fits into `room` bytes at `to`, in whole characters, and tells how many bytes that were.
    pub(super) fn write_text(at: u32, to: *mut u8, room: u32) -> u32;
    /// How many numbers the typed array has; [`NONE`] where it is none of unsigned numbers of `size` bytes.
    pub(super) safe fn numbers(at: u32, size: u32) -> u32;
    /// Copies the numbers of the typed array that [`numbers`] counted last.
    pub(super) fn copy_numbers(to: *mut u64);
    /// 1 where the argument is a number.
    pub(super) safe fn is_number(at: u32) -> u32;
    /// The argument, a number, as a whole one.
    pub(super) safe fn number(at: u32) -> u32;
    /// Copies the first `count` numbers of the shared array; 0 where there are fewer.
    pub(super) fn read_words(at: u32, to: *mut u32, count: u32) -> u32;
    /// Writes `count` numbers of the shared array from number `first` on; nothing where there are fewer.
    pub(super) fn write_words(at: u32, first: u32, from: *const u32, count: u32);
    /// Keeps the function, weakly, and tells under which number; [`NONE`] where the value is no function.
    pub(super) safe fn hold_function(at: u32, entry: u32) -> u32;
    /// Lets go of it.
    pub(super) safe fn release_function(held: u32);
    /// Calls it with `count` numbers, which it may change, and with a text where `text` is not null. [`NONE`] where it is gone, else its answer.
    pub(super) fn call_function(
        held: u32,
        numbers: *mut f64,
        count: u32,
        text: *const u8,
        text_bytes: u32,
    ) -> u32;
    /// The call answers with a number.
    pub(super) safe fn answer_number(number: u32);
    /// The call answers with a text.
    pub(super) fn answer_text(from: *const u8, bytes: u32);
    /// The call answers with bytes.
    pub(super) fn answer_bytes(from: *const u8, count: u32);
    /// The object that the call answers with has this function.
    pub(super) fn answer_function(name: *const u8, bytes: u32, function: u32);
    /// A fault inside, told before this half stops.
    pub(super) fn fault(message: *const u8, bytes: u32);
}

/// A size as JavaScript has it; memory here has 32 bits of addresses.
pub(super) fn size(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(NONE)
}
