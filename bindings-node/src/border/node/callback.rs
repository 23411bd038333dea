//! JavaScript functions that are called back in the middle of a call from JavaScript.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::thread::{self, ThreadId};

use napi_sys as sys;

use super::call::Call;
use crate::border::Fault;

/// A function of JavaScript. May be sent and shared, and works on the thread that it came from.
///
/// Weak: JavaScript keeps the function for as long as it can be called, so that a function which refers to its router does not keep it alive.
#[derive(Debug)]
pub(crate) struct Callback {
    thread: ThreadId,
    /// Where it stands in [`HELD`].
    slot: usize,
}

#[derive(Clone, Copy)]
struct Held {
    env: sys::napi_env,
    reference: sys::napi_ref,
}

thread_local! {
    /// The functions of this thread; `None` where one was dropped.
    static HELD: RefCell<Vec<Option<Held>>> = const { RefCell::new(Vec::new()) };
}

impl Callback {
    /// Entry `index` of the array that argument `at` is, where it is a function.
    pub(crate) fn of(call: &Call, at: usize, index: u32) -> Option<Self> {
        let (value, mut kind, mut reference) = (call.entry(at, index)?, 0, null_mut());
        // SAFETY: env and value belong to this call; the results outlive the calls. A reference of count 0 is weak.
        let status = unsafe {
            sys::napi_typeof(call.env, value, &raw mut kind);
            if kind != sys::ValueType::napi_function {
                return None;
            }
            sys::napi_create_reference(call.env, value, 0, &raw mut reference)
        };
        if status != sys::Status::napi_ok {
            return None;
        }
        let held = Some(Held { env: call.env, reference });
        let slot = HELD.with_borrow_mut(|all| match all.iter_mut().position(|slot| slot.is_none()) {
            Some(free) => {
                all.iter_mut().skip(free).take(1).for_each(|slot| *slot = held);
                free
            }
            None => {
                all.push(held);
                all.len() - 1
            }
        });
        Some(Self { thread: thread::current().id(), slot })
    }

    /// Calls the function with `numbers` as a Float64Array of its own and with `text` where there is one, and takes back what it made of the numbers. It
    /// answers with a number, 0 where all went well.
    pub(crate) fn call(&self, numbers: &mut [f64], text: Option<&str>) -> Result<(), Fault> {
        if self.thread != thread::current().id() {
            return Err(Fault::Gone);
        }
        let held = HELD.with_borrow(|all| all.get(self.slot).copied().flatten()).ok_or(Fault::Gone)?;
        // SAFETY: the function is one of this thread, and only calls from JavaScript on this thread in the same environment lead here.
        unsafe { held.call(numbers, text) }
    }
}

impl Held {
    /// # Safety
    /// Within a call from JavaScript in the environment `self.env`.
    unsafe fn call(self, numbers: &mut [f64], text: Option<&str>) -> Result<(), Fault> {
        let Self { env, reference } = self;
        let bytes = size_of_val(numbers);
        let (mut function, mut data) = (null_mut(), null_mut::<c_void>());
        let (mut buffer, mut array) = (null_mut(), null_mut());
        let (mut this, mut answered, mut code) = (null_mut(), null_mut(), 0);
        // SAFETY: env by contract, all results outlive the calls; the buffer is `bytes` long, and no JavaScript runs between asking where it stands and
        // copying. A function that is gone is null. What is thrown does not stay pending.
        unsafe {
            sys::napi_get_reference_value(env, reference, &raw mut function);
            if function.is_null() {
                return Err(Fault::Gone);
            }
            sys::napi_create_arraybuffer(env, bytes, &raw mut data, &raw mut buffer);
            if data.is_null() && bytes > 0 {
                return Err(Fault::Gone);
            }
            if bytes > 0 {
                data.cast::<f64>().copy_from_nonoverlapping(numbers.as_ptr(), numbers.len());
            }
            let kind = sys::TypedarrayType::float64_array;
            sys::napi_create_typedarray(env, kind, numbers.len(), buffer, 0, &raw mut array);
            sys::napi_get_undefined(env, &raw mut this);
            let mut argument = this;
            if let Some(text) = text {
                let len = text.len().try_into().unwrap_or(0);
                sys::napi_create_string_utf8(env, text.as_ptr().cast(), len, &raw mut argument);
            }
            let arguments = [array, argument];
            let called = sys::napi_call_function(
                env,
                this,
                function,
                arguments.len(),
                arguments.as_ptr(),
                &raw mut answered,
            );
            if called != sys::Status::napi_ok {
                let mut thrown = null_mut();
                sys::napi_get_and_clear_last_exception(env, &raw mut thrown);
                return Err(Fault::Gone);
            }
            sys::napi_get_value_uint32(env, answered, &raw mut code);
            // The function may have given the buffer away.
            let mut left = 0;
            sys::napi_get_arraybuffer_info(env, buffer, &raw mut data, &raw mut left);
            if left != bytes || (data.is_null() && bytes > 0) {
                return Err(Fault::Gone);
            }
            if bytes > 0 {
                data.cast::<f64>().copy_to_nonoverlapping(numbers.as_mut_ptr(), numbers.len());
            }
        }
        if code == 0 { Ok(()) } else { Err(Fault::Answered(code)) }
    }
}

impl Drop for Callback {
    /// On another thread, or once this one is about to end, the reference stays: it goes with its environment.
    fn drop(&mut self) {
        if self.thread != thread::current().id() {
            return;
        }
        let taken = HELD.try_with(|all| {
            let mut all = all.try_borrow_mut().ok()?;
            all.get_mut(self.slot)?.take()
        });
        if let Ok(Some(Held { env, reference })) = taken {
            // SAFETY: the reference was made in this environment, which is there as long as its functions are, and is deleted once.
            unsafe { sys::napi_delete_reference(env, reference) };
        }
    }
}
