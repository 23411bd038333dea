//! Journals repeated for JavaScript.

use std::cell::RefCell;
use std::rc::Rc;

use inferroute::{Divergence, Entry, Player};

use crate::border::{Answer, Call, Callback, Native};
use crate::convert::EndpointTable;
use crate::errors::{Failure, answer};
use crate::options;

/// Arguments: manifests, options, the functions of scorers. Answers with the functions of a player, or with a failure as text.
pub(crate) fn open(call: &Call) -> Answer {
    match compile(call, 0) {
        Ok(plan) => {
            let player = Rc::new(RefCell::new(Player::new(plan)));
            let (updated, seen) = (Rc::clone(&player), Rc::clone(&player));
            let functions: Vec<(&'static str, Native)> = vec![
                ("play", Box::new(move |call| answer(play(&player, call)))),
                ("update", Box::new(move |call| answer(update(&updated, call)))),
                ("endpoints", Box::new(move |_| endpoints(&seen))),
            ];
            Answer::Functions(functions)
        }
        Err(failure) => answer::<()>(Err(failure)),
    }
}

/// Manifests and options from argument `at` on, then the functions of scorers.
fn compile(call: &Call, at: usize) -> Result<inferroute::Plan, Failure> {
    let text = |at| call.text(at).unwrap_or_default();
    options::compile(&text(at), &text(at + 1), |index| Callback::of(call, at + 2, index))
}

/// Argument: the entry in JSON.
fn play(player: &RefCell<Player>, call: &Call) -> Result<(), Failure> {
    let entry: Entry =
        serde_json::from_str(&call.text(0).unwrap_or_default()).map_err(|error| Failure::entry(&error))?;
    let mut player = player.try_borrow_mut().map_err(|_| Failure::busy())?;
    player.play(&entry).map_err(|divergence: Divergence| divergence.into())
}

/// Arguments: manifests, options, the functions of scorers.
fn update(player: &RefCell<Player>, call: &Call) -> Result<(), Failure> {
    let plan = compile(call, 0)?;
    player.try_borrow().map_err(|_| Failure::busy())?.update(plan);
    Ok(())
}

fn endpoints(player: &RefCell<Player>) -> Answer {
    let Ok(player) = player.try_borrow() else { return answer::<()>(Err(Failure::busy())) };
    let state = player.router().snapshot();
    answer(Ok(EndpointTable::of(&state)))
}
