//! The routers of a module, by number.
//!
//! What asks for a decision is one function for all of them: JavaScript's engine calls one that it knows faster than one of many.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use crate::border::{Answer, Call, Native};
use crate::router::Handle;
use crate::words::Given;

/// Held weakly: JavaScript's functions hold a router for as long as it can be asked.
#[derive(Default)]
pub(crate) struct Routers(RefCell<Vec<Weak<Handle>>>);

impl Routers {
    /// Gives a router its number, that of one that is gone where there is one.
    pub(crate) fn add(&self, handle: &Rc<Handle>) -> u32 {
        let mut slots = self.0.borrow_mut();
        let free = slots.iter().position(|slot| slot.strong_count() == 0);
        let number = free.unwrap_or(slots.len());
        match slots.get_mut(number) {
            Some(slot) => *slot = Rc::downgrade(handle),
            None => slots.push(Rc::downgrade(handle)),
        }
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    fn get(&self, number: usize) -> Option<Rc<Handle>> {
        self.0.borrow().get(number)?.upgrade()
    }
}

/// A function that asks the router whose number JavaScript wrote. Arguments: those of [`Asked`](crate::asked::Asked).
pub(crate) fn asking(routers: &Rc<Routers>, ask: fn(&Handle, &Call, &Given<'_>) -> Answer) -> Native {
    let routers = Rc::clone(routers);
    Box::new(move |call| {
        let given = Given::of(call);
        let handle = given.router().and_then(|number| routers.get(number));
        handle.map_or(Answer::Nothing, |handle| ask(&handle, call, &given))
    })
}
