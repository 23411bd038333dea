//! The border to JavaScript by what WebAssembly alone has: numbers, and memory that JavaScript reads and writes. Its other half is `lib/wasm.js`.
//!
//! What holds everywhere: JavaScript keeps all values and this half asks for them one by one, by their place in the call under way; a fault stops this
//! half for good, and JavaScript answers every later call with the error `IR0000`.

mod call;
mod callback;
mod imports;

use std::cell::RefCell;
use std::panic;
use std::rc::Rc;

use self::imports::size;
use super::{Answer, Native};

pub(crate) use self::call::{Call, Shared};
pub(crate) use self::callback::Callback;

thread_local! {
    static FUNCTIONS: RefCell<Functions> = const { RefCell::new(Functions { all: Vec::new(), free: Vec::new() }) };
}

/// The functions that JavaScript has, by number; `None` where one was dropped, whose number is free.
struct Functions {
    all: Vec<Option<Rc<Native>>>,
    free: Vec<usize>,
}

/// Answers with the functions of the module. What JavaScript calls first, once.
#[unsafe(no_mangle)]
pub extern "C" fn inferroute_start() {
    panic::set_hook(Box::new(|panic| {
        let message = panic.to_string();
        // SAFETY: the message stands as long as the call.
        unsafe { imports::fault(message.as_ptr(), size(message.len())) };
    }));
    answer(Answer::Functions(crate::open::functions()));
}

/// Runs a function on the arguments that JavaScript keeps, and hands it the answer.
#[unsafe(no_mangle)]
pub extern "C" fn inferroute_call(function: u32) {
    let native = FUNCTIONS.with_borrow(|functions| functions.all.get(index(function)?).cloned().flatten());
    if let Some(native) = native {
        answer(native(&Call::default()));
    }
}

/// JavaScript has collected the function.
#[unsafe(no_mangle)]
pub extern "C" fn inferroute_drop(function: u32) {
    // What it holds is dropped once the list can be borrowed again.
    let dropped = FUNCTIONS.with_borrow_mut(|functions| {
        let number = index(function)?;
        let dropped = functions.all.get_mut(number)?.take()?;
        functions.free.push(number);
        Some(dropped)
    });
    drop(dropped);
}

fn answer(answer: Answer) {
    // SAFETY: texts and bytes stand as long as the calls that read them.
    match answer {
        Answer::Nothing => {}
        Answer::Number(number) => imports::answer_number(number),
        Answer::Text(text) => unsafe { imports::answer_text(text.as_ptr(), size(text.len())) },
        Answer::Bytes(bytes) => unsafe { imports::answer_bytes(bytes.as_ptr(), size(bytes.len())) },
        Answer::Functions(functions) => {
            for (name, native) in functions {
                let function = keep(native);
                unsafe { imports::answer_function(name.as_ptr(), size(name.len()), function) };
            }
        }
    }
}

/// Keeps a function and tells its number.
fn keep(native: Native) -> u32 {
    FUNCTIONS.with_borrow_mut(|Functions { all, free }| {
        let number = free.pop().unwrap_or(all.len());
        match all.get_mut(number) {
            Some(place) => *place = Some(Rc::new(native)),
            None => all.push(Some(Rc::new(native))),
        }
        size(number)
    })
}

fn index(function: u32) -> Option<usize> {
    usize::try_from(function).ok()
}
