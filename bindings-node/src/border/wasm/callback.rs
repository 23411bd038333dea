//! JavaScript functions that are called back in the middle of a call from JavaScript.

use std::ptr::null;

use super::call::Call;
use super::imports::{self, NONE, size};
use crate::border::Fault;

/// A function of JavaScript.
///
/// Weak: JavaScript keeps the function for as long as it can be called, so that a function which refers to its router does not keep it alive.
#[derive(Debug)]
pub(crate) struct Callback {
    held: u32,
}

impl Callback {
    /// Entry `index` of the array that argument `at` is, where it is a function.
    pub(crate) fn of(_call: &Call, at: usize, index: u32) -> Option<Self> {
        Some(imports::hold_function(size(at), index)).filter(|held| *held != NONE).map(|held| Self { held })
    }

    /// Calls the function with `numbers` as a Float64Array of its own and with `text` where there is one, and takes back what it made of the numbers. It
    /// answers with a number, 0 where all went well.
    pub(crate) fn call(&self, numbers: &mut [f64], text: Option<&str>) -> Result<(), Fault> {
        let (data, count) = (numbers.as_mut_ptr(), size(numbers.len()));
        let (text, bytes) = text.map_or((null(), 0), |text| (text.as_ptr(), size(text.len())));
        // SAFETY: numbers and text stand as long as the call, and only JavaScript's half reads and writes them meanwhile.
        match unsafe { imports::call_function(self.held, data, count, text, bytes) } {
            0 => Ok(()),
            NONE => Err(Fault::Gone),
            code => Err(Fault::Answered(code)),
        }
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        imports::release_function(self.held);
    }
}
