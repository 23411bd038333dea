//! Keeps endpoints that hold most of the prompt, unless waiting for them would take much longer than for others.

use super::Filtering;
use crate::plan::{ExpectedTtft, PrefixCacheAffinity};
use crate::real;
use crate::trace::Trace;

pub(super) fn keep<T: Trace>(settings: &PrefixCacheAffinity, filtering: &mut Filtering<'_, T>) {
    let &PrefixCacheAffinity { threshold, exploration, max_ttft_penalty, ref ttft } = settings;
    if filtering.survivors.len() <= 1 || threshold <= 0.0 || filtering.happens("exploration", exploration) {
        return;
    }
    let facts = filtering.facts;
    let is_sticky = |position| facts.prefix(position).is_some_and(|found| found.share() >= threshold);
    let ttft = |position| match ttft {
        ExpectedTtft::PrefillThroughput(tokens_a_second) => {
            let waiting = facts.cell(position).map_or(0, |cell| cell.waiting_tokens());
            real::of(waiting) / tokens_a_second * 1000.0
        }
    };
    // The least of no times is infinite, so that nobody is compared with.
    let (mut of_sticky, mut of_others) = (f64::INFINITY, f64::INFINITY);
    filtering.survivors.candidates().for_each(|position| {
        let least = if is_sticky(position) { &mut of_sticky } else { &mut of_others };
        *least = least.min(ttft(position));
    });
    let has_sticky = of_sticky < f64::INFINITY;
    let is_too_slow = max_ttft_penalty > 0.0 && of_sticky - of_others > max_ttft_penalty;
    if has_sticky && !is_too_slow {
        filtering.survivors.retain(is_sticky);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::testing::{Known, filtered, kept, pool};
    use crate::plan::Filter;
    use crate::router::Router;
    use crate::signals::Event;
    use crate::units::Nanos;

    fn of(settings: PrefixCacheAffinity, endpoints: usize) -> Router {
        let unlabelled: &[(&str, &str)] = &[];
        pool(filtered(Filter::PrefixCacheAffinity(settings)), &vec![unlabelled; endpoints])
    }

    fn waits(router: &Router, endpoint: usize, prompt_tokens: u32) {
        let endpoint = format!("default/e{endpoint:02}");
        router.observe(&Event::RequestStarted { endpoint, prompt_tokens }, Nanos::new(0)).unwrap();
    }

    #[test]
    fn whoever_holds_enough_stays_alone_and_everyone_where_nobody_does() {
        let router = of(PrefixCacheAffinity::default(), 4);
        let kept = |matched: &[u32]| kept(&router, Known { held: matched, ..Known::default() });
        assert_eq!(kept(&[8, 7, 10, 0]), [0, 2]);
        assert_eq!(kept(&[7, 7, 0, 0]), [0, 1, 2, 3]);
        assert_eq!(kept(&[9, 9, 9, 9]), [0, 1, 2, 3]);
    }

    #[test]
    fn everyone_stays_where_no_index_was_asked() {
        assert_eq!(kept(&of(PrefixCacheAffinity::default(), 4), Known::default()), [0, 1, 2, 3]);
    }

    #[test]
    fn too_long_a_wait_keeps_everyone() {
        let known = Known { held: &[10, 10, 0, 0], ..Known::default() };
        let settings = PrefixCacheAffinity {
            max_ttft_penalty: 1000.0,
            ttft: ExpectedTtft::PrefillThroughput(1000.0),
            ..PrefixCacheAffinity::default()
        };
        let router = of(settings.clone(), 4);
        waits(&router, 0, 3000);
        waits(&router, 1, 1500);
        waits(&router, 2, 500);
        waits(&router, 3, 900);
        assert_eq!(kept(&router, known), [0, 1], "1.5 s against 0.5 s: a second is allowed");
        waits(&router, 1, 1);
        assert_eq!(kept(&router, known), [0, 1, 2, 3]);
        let whatever = of(PrefixCacheAffinity { max_ttft_penalty: 0.0, ..settings }, 4);
        waits(&whatever, 0, u32::MAX);
        waits(&whatever, 1, u32::MAX);
        assert_eq!(kept(&whatever, known), [0, 1]);
    }

    #[test]
    fn some_decisions_explore() {
        let router = of(PrefixCacheAffinity { exploration: 0.25, ..PrefixCacheAffinity::default() }, 4);
        let explores =
            |seed| kept(&router, Known { held: &[10, 0, 0, 0], seed, ..Known::default() }).len() == 4;
        let share = (0..10_000).filter(|seed| explores(*seed)).count();
        assert!((2300..2700).contains(&share), "{share} of 10,000");
    }

    #[test]
    fn nothing_is_taken_out_of_one_and_with_a_threshold_of_zero() {
        let known = Known { held: &[0, 10, 0, 0], ..Known::default() };
        assert_eq!(kept(&of(PrefixCacheAffinity::default(), 1), known), [0]);
        let off = PrefixCacheAffinity { threshold: 0.0, ..PrefixCacheAffinity::default() };
        assert_eq!(kept(&of(off, 4), known), [0, 1, 2, 3]);
    }
}
