//! The border to Node.js, over its native interface.
//!
//! What holds everywhere: a `napi_value` lives as long as the call it came with, so none is stored; a status that is not `napi_ok` turns the value
//! into "absent"; a panic ends here and becomes the error `IR0000`.

mod call;
mod callback;

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::Once;

use napi_sys as sys;

use self::call::ARGUMENTS;
pub(crate) use self::call::{Call, Shared};
pub(crate) use self::callback::Callback;
use super::{Answer, Native};
use crate::errors;

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
            Answer::Bytes(bytes) => {
                sys::napi_create_buffer_copy(
                    env,
                    bytes.len(),
                    bytes.as_ptr().cast(),
                    null_mut(),
                    &raw mut result,
                );
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
