//! What waits at an endpoint, and how quickly it is worked off.

use super::backlog::*;
use super::leased::{Lease, Terms};
use crate::units::Nanos;

fn at(seconds: u64) -> Nanos {
    Nanos::new(seconds * 1_000_000_000)
}

fn forever() -> Lease {
    Terms::new(None).lease(at(0))
}

fn all(backlog: &Backlog) -> (f64, f64, f64, f64) {
    let Waiting { requests, tokens, pairs } = backlog.waiting();
    (requests, tokens, pairs, backlog.context())
}

#[test]
fn work_is_what_is_not_cached() {
    let work = Work::new(3000, 1000);
    assert_eq!((work.prompt(), work.tokens(), work.pairs()), (3000, 2000, 4e6));
    assert_eq!(Work::new(10, 11), Work::new(10, 10));
    assert_eq!(Work::unpacked(work.packed()), work);
    let longest = Work::new(u32::MAX, 0);
    assert_eq!(Work::unpacked(longest.packed()), longest);
    assert_eq!(longest.units_of_pairs(), u64::from(u32::MAX), "as many as fit");
}

#[test]
fn a_prompt_waits_until_its_first_token_and_is_context_until_its_end() {
    let backlog = Backlog::default();
    let work = Work::new(2048, 0);
    let number = backlog.start(work, at(1), forever());
    assert_eq!(all(&backlog), (1.0, 2048.0, 2_097_152.0, 2048.0));
    assert_eq!((backlog.first(), backlog.elapsed(at(3))), (Some(work), 2.0));
    backlog.start(Work::new(1024, 512), at(2), forever());
    assert_eq!(backlog.elapsed(at(3)), 2.0, "there was something else to do");
    backlog.work_off(work, forever());
    assert_eq!(backlog.turn(work, Some(number), at(5)), at(1));
    assert_eq!(all(&backlog), (1.0, 512.0, 384.0 * 1024.0, 3072.0));
    assert_eq!((backlog.first(), backlog.elapsed(at(6))), (Some(Work::new(1024, 512)), 1.0));
    backlog.leave(work, true, forever());
    backlog.leave(Work::new(1024, 512), false, forever());
    backlog.give_up(number + 1, at(7));
    assert_eq!((all(&backlog), backlog.first()), ((0.0, 0.0, 0.0, 0.0), None));
}

#[test]
fn the_endpoint_turns_to_the_next_where_the_first_is_given_up() {
    let backlog = Backlog::default();
    let numbers = [1, 2, 3].map(|prompt| backlog.start(Work::new(prompt, 0), at(1), forever()));
    backlog.give_up(numbers[1], at(4));
    assert_eq!(backlog.elapsed(at(5)), 4.0, "it did not work on that one");
    backlog.give_up(numbers[0], at(4));
    assert_eq!((backlog.elapsed(at(5)), backlog.first()), (1.0, Some(Work::new(3, 0))));
    backlog.give_up(numbers[0], at(9));
    assert_eq!(backlog.elapsed(at(9)), 5.0, "once");
}

#[test]
fn of_ours_those_are_begun_with_that_do_not_wait() {
    let backlog = Backlog::default();
    for prompt in [100, 20, 3] {
        backlog.start(Work::new(prompt, 50), at(0), forever());
    }
    let begun = |waiting| backlog.own(7, waiting).begun;
    assert_eq!([0, 1, 2, 3, 9].map(begun), [123, 120, 100, 0, 0]);
    assert_eq!((backlog.own(7, 1).in_flight, backlog.own(7, 1).unanswered), (7, 3));
}

#[test]
fn what_nobody_takes_back_lapses() {
    let terms = Terms::new(Some(at(8)));
    let backlog = Backlog::default();
    backlog.start(Work::new(4096, 0), at(0), terms.lease(at(0)));
    backlog.lapse(terms, at(8));
    assert_eq!(backlog.requests(), 1.0);
    backlog.lapse(terms, at(20));
    assert_eq!(all(&backlog), (0.0, 0.0, 0.0, 0.0));
    backlog.leave(Work::new(4096, 0), false, terms.lease(at(0)));
    assert_eq!(all(&backlog), (0.0, 0.0, 0.0, 0.0));
}
