//! Python code that is called in the middle of a decision, and never from within itself.

use std::cell::Cell;
use std::thread::LocalKey;

thread_local! {
    static IS_SCORING: Cell<bool> = const { Cell::new(false) };
    static IS_TELLING: Cell<bool> = const { Cell::new(false) };
}

/// Scorers of Python.
pub(crate) static SCORING: Door = Door(&IS_SCORING);
/// Journals of Python.
pub(crate) static TELLING: Door = Door(&IS_TELLING);

/// Lets each thread in once at a time.
pub(crate) struct Door(&'static LocalKey<Cell<bool>>);

/// Inside until it is dropped.
pub(crate) struct Inside(&'static LocalKey<Cell<bool>>);

impl Door {
    /// `None` where this thread is inside already.
    pub(crate) fn enter(&self) -> Option<Inside> {
        (!self.0.replace(true)).then_some(Inside(self.0))
    }

    /// Whether this thread is inside.
    pub(crate) fn is_inside(&self) -> bool {
        self.0.get()
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.set(false);
    }
}
