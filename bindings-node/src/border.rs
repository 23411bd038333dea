//! The border to Node.js: safe closures become JavaScript functions. The only file with unsafe code.
//!
//! What holds everywhere: a `napi_value` lives as long as the call it came with, so none is stored; a status that is not `napi_ok` turns the value
//! into "absent"; a panic ends here and becomes the error `IR0000`.

use std::ffi::{c_char, c_void};
use std::marker::PhantomData;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::Once;

use napi_sys as sys;

use crate::errors;

/// What a JavaScript function runs.
pub(crate) type Native = Box<dyn Fn(&Call) -> Answer>;

/// What a call answers with.
pub(crate) enum Answer {
    Nothing,
    Number(u32),
    Text(String),
    Functions(Vec<(&'static str, Native)>),
}

/// Arguments beyond these are not looked at.
const ARGUMENTS: usize = 16;

/// One call from JavaScript, with its arguments.
pub(crate) struct Call {
    env: sys::napi_env,
    arguments: [sys::napi_value; ARGUMENTS],
}

impl Call {
    /// Writes argument `at` to the end of `bytes` as UTF-8 and tells where; `None` where it is absent or not a string.
    pub(crate) fn append(&self, at: usize, bytes: &mut Vec<u8>) -> Option<Range<usize>> {
        self.append_value(*self.arguments.get(at)?, bytes)
    }

    /// As [`append`](Self::append), for entry `index` of the array that argument `at` is.
    pub(crate) fn append_entry(&self, at: usize, index: u32, bytes: &mut Vec<u8>) -> Option<Range<usize>> {
        let mut entry = null_mut();
        // SAFETY: env and the array belong to this call; `entry` outlives the call and takes one value.
        let status =
            unsafe { sys::napi_get_element(self.env, *self.arguments.get(at)?, index, &raw mut entry) };
        if status == sys::Status::napi_ok { self.append_value(entry, bytes) } else { None }
    }

    /// Argument `at` as a string of its own.
    pub(crate) fn text(&self, at: usize) -> Option<String> {
        let mut bytes = Vec::new();
        self.append(at, &mut bytes)?;
        String::from_utf8(bytes).ok()
    }

    /// The bytes of argument `at`: a string, which is copied to `bytes` as UTF-8, or a Uint8Array that nothing writes to while this call lasts.
    pub(crate) fn bytes<'c>(&'c self, at: usize, bytes: &'c mut Vec<u8>) -> Option<&'c [u8]> {
        match self.array_at(at, sys::TypedarrayType::uint8_array) {
            // An empty array may stand nowhere.
            Some((data, len)) if len == 0 || data.is_null() => Some(&[]),
            // SAFETY: the array stands at `data` with `len` initialised bytes as long as the call, to which the slice is bound; JavaScript does not run
            // meanwhile, and `lib/options.js` copies an array that other threads share.
            Some((data, len)) => Some(unsafe { std::slice::from_raw_parts(data.cast(), len) }),
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

    /// Argument `at`, a Uint32Array that only this call looks at while it lasts.
    pub(crate) fn shared(&self, at: usize) -> Shared<'_> {
        let array = self.array_at(at, sys::TypedarrayType::uint32_array).filter(|(data, _)| !data.is_null());
        let (data, len) = array.unwrap_or((null_mut(), 0));
        Shared { data: data.cast(), len, call: PhantomData }
    }

    /// Where a typed array of the kind `wanted` stands, and how many entries it has.
    fn array_at(&self, at: usize, wanted: i32) -> Option<(*mut c_void, usize)> {
        let (mut kind, mut found, mut data) = (0, 0, null_mut::<c_void>());
        // SAFETY: env and the argument belong to this call; the results outlive the call, null stands for results that are not wanted.
        let status = unsafe {
            let argument = *self.arguments.get(at)?;
            let (kind, found, data) = (&raw mut kind, &raw mut found, &raw mut data);
            sys::napi_get_typedarray_info(self.env, argument, kind, found, data, null_mut(), null_mut())
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

/// Numbers that this side and JavaScript both read and write, found once a call.
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

    /// Writes the first `N` numbers; nothing where there are fewer.
    pub(crate) fn write<const N: usize>(&self, numbers: [u32; N]) {
        if self.len >= N {
            // SAFETY: as in `read`; no Rust reference into the array exists, `read` copies.
            unsafe { self.data.cast::<[u32; N]>().write(numbers) };
        }
    }
}

/// Every JavaScript function of this module: finds its closure and runs it.
unsafe extern "C" fn run(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let (mut count, mut data) = (ARGUMENTS, null_mut::<c_void>());
    let mut call = Call { env, arguments: [null_mut(); ARGUMENTS] };
    // SAFETY: Node.js gave env and info for this call; `arguments` has room for `count` values, and Node.js fills all of it.
    let status = unsafe {
        let arguments = call.arguments.as_mut_ptr();
        sys::napi_get_cb_info(env, info, &raw mut count, arguments, null_mut(), &raw mut data)
    };
    if status != sys::Status::napi_ok {
        return null_mut();
    }
    // SAFETY: `function` gave every function a pointer to a `Native` that lives until the function is collected; it is only ever shared.
    let native = unsafe { &*data.cast::<Native>() };
    let answer = catch_unwind(AssertUnwindSafe(|| native(&call)));
    let answer = answer.unwrap_or_else(|panic| Answer::Text(errors::panicked(panic.as_ref())));
    // SAFETY: env is that of the call under way.
    unsafe { value(env, answer) }
}

/// # Safety
/// `env` belongs to the call under way.
unsafe fn value(env: sys::napi_env, answer: Answer) -> sys::napi_value {
    let mut result = null_mut();
    // SAFETY: env by contract; texts are passed with their length; results outlive the calls. A failed call leaves null, which is `undefined`.
    unsafe {
        match answer {
            Answer::Nothing => {}
            Answer::Number(number) => {
                sys::napi_create_uint32(env, number, &raw mut result);
            }
            Answer::Text(text) => {
                let len = text.len().try_into().unwrap_or(0);
                sys::napi_create_string_utf8(env, text.as_ptr().cast(), len, &raw mut result);
            }
            Answer::Functions(functions) => {
                sys::napi_create_object(env, &raw mut result);
                for (name, native) in functions {
                    set_function(env, result, name, native);
                }
            }
        }
    }
    result
}

/// Makes `native` a function under `name` of `object`, dropped when JavaScript collects it.
///
/// # Safety
/// `env` and `object` belong to the call under way.
unsafe fn set_function(env: sys::napi_env, object: sys::napi_value, name: &str, native: Native) {
    let len = name.len().try_into().unwrap_or(0);
    let data: *mut c_void = Box::into_raw(Box::new(native)).cast();
    let (mut function, mut key) = (null_mut(), null_mut());
    // SAFETY: env and object by contract; `data` stays valid until `collected` runs, once, after the function is gone.
    unsafe {
        sys::napi_create_function(env, name.as_ptr().cast(), len, Some(run), data, &raw mut function);
        sys::napi_add_finalizer(env, function, data, Some(collected), null_mut(), null_mut());
        sys::napi_create_string_utf8(env, name.as_ptr().cast(), len, &raw mut key);
        sys::napi_set_property(env, object, key, function);
    }
}

unsafe extern "C" fn collected(_env: sys::napi_env, data: *mut c_void, _hint: *mut c_void) {
    // SAFETY: `set_function` made `data` of a `Box<Native>`; Node.js calls this once and the function that used it is gone.
    let native = unsafe { Box::from_raw(data.cast::<Native>()) };
    // A panic may not leave an `extern "C"` function.
    _ = catch_unwind(AssertUnwindSafe(|| drop(native)));
}

/// What Node.js calls when it loads the module, once in every worker.
///
/// # Safety
/// Called by Node.js, with its environment and the object to fill.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn napi_register_module_v1(
    env: sys::napi_env,
    exports: sys::napi_value,
) -> sys::napi_value {
    static SYMBOLS: Once = Once::new();
    let loaded = catch_unwind(|| {
        SYMBOLS.call_once(|| {
            // SAFETY: `Once` keeps other threads out while the table of functions is written. The library is Node.js itself and never unloaded.
            std::mem::forget(unsafe { sys::setup() });
        });
    });
    if loaded.is_ok() {
        for (name, native) in crate::open::functions() {
            // SAFETY: Node.js gave both for this call.
            unsafe { set_function(env, exports, name, native) };
        }
        return exports;
    }
    null_mut()
}
