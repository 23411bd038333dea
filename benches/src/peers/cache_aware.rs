//! SGLang's router, now smg: `cache_aware`.
//!
//! Source: lightseekorg/smg at 73da68c, model_gateway/src/policies/{cache_aware,mod}.rs, crates/kv_index/src/token_tree.rs, bindings/python/src/lib.rs.
//! Where loads are far apart (the most in flight exceed the least by more than `absolute` and are more than `relative` times as many) the least
//! loaded endpoint wins, of several the one that was sent fewest requests ever, then the first. Otherwise
//!
//! * with KV events, whoever holds most of the prompt, of several the least loaded, then the smaller cache; where nobody holds any of it, the least loaded;
//! * without, a tree of what was sent where: if the prompt matches more than a `threshold` of itself, whoever was sent the end of the match last; else the
//!   least loaded. Every pick is written into the tree; every so often those parts of it go, oldest leaves first, with which an endpoint exceeds its size.
//!
//! The library's defaults and those of the command line differ, and the library's tree is no larger than 10,000 tokens an endpoint. Triggers on KV usage are
//! off in both. The tree keeps endpoints that are gone: a match of theirs goes to the first endpoint that is there, and is not written.

use super::draw::Draw;
use super::holders::{BlockMap, Holders};
use super::known::{Known, Sent};
use super::lru::Lru;
use super::rule::{Rule, Sight};
use crate::sim::Asked;

/// Settings of the policy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CacheAwareSettings {
    /// The share of the prompt that a match must exceed.
    pub threshold: f64,
    /// The spread of requests in flight that loads must exceed to be far apart.
    pub absolute: u32,
    /// The ratio that they must exceed too.
    pub relative: f64,
    /// Seconds between two times that the tree is cut.
    pub cut_every: f64,
    /// Tokens an endpoint that are left then.
    pub tree_tokens: u64,
}

impl CacheAwareSettings {
    /// Those of the library.
    pub const LIBRARY: Self =
        Self { threshold: 0.5, absolute: 32, relative: 1.1, cut_every: 30.0, tree_tokens: 10_000 };
    /// Those of the command line.
    pub const COMMAND_LINE: Self =
        Self { threshold: 0.3, absolute: 64, relative: 1.5, cut_every: 120.0, tree_tokens: 1 << 26 };
}

/// Picks by cache while loads are near each other.
#[derive(Clone, Debug)]
pub struct CacheAware {
    settings: CacheAwareSettings,
    /// The tree, where there are no KV events.
    tree: Option<Tree>,
    /// Whether the pick at hand stays out of the tree.
    unwritten: bool,
}

#[derive(Clone, Debug, Default)]
struct Tree {
    holders: Holders,
    /// To whom a block was sent last.
    last: BlockMap<usize>,
    /// For each endpoint its blocks, leaves before what they grow from.
    ages: Vec<Lru>,
    next_cut: f64,
}

impl CacheAware {
    /// By a tree of what was sent.
    pub fn approximate(settings: CacheAwareSettings) -> Self {
        Self { settings, tree: Some(Tree::default()), unwritten: false }
    }

    /// By KV events.
    pub fn by_events(settings: CacheAwareSettings) -> Self {
        Self { settings, tree: None, unwritten: false }
    }
}

impl Tree {
    /// How many leading blocks anybody was sent, and who was sent the last of them last.
    fn matched(&self, blocks: &[u64]) -> (usize, Option<usize>) {
        let count = blocks.iter().take_while(|block| self.holders.of(**block) != 0).count();
        let Some(end) = count.checked_sub(1).map(|end| blocks[end]) else { return (0, None) };
        let last = self.last.get(&end).copied().filter(|last| self.holders.holds(*last, end));
        (count, Some(last.unwrap_or(self.holders.of(end).trailing_zeros() as usize)))
    }

    fn write(&mut self, endpoint: usize, blocks: &[u64], now: f64) {
        if self.ages.len() <= endpoint {
            self.ages.resize_with(endpoint + 1, Lru::default);
        }
        for block in blocks.iter().rev() {
            self.holders.insert(endpoint, *block);
            self.last.insert(*block, endpoint);
            self.ages[endpoint].touch(*block, now);
        }
    }

    fn cut(&mut self, blocks: usize) {
        for (endpoint, ages) in self.ages.iter_mut().enumerate() {
            while ages.len() > blocks
                && let Some(block) = ages.pop()
            {
                self.holders.remove(endpoint, block);
                if self.holders.of(block) == 0 {
                    self.last.remove(&block);
                }
            }
        }
    }
}

impl Rule for CacheAware {
    fn sight(&self) -> Sight {
        if self.tree.is_some() { Sight::Nothing } else { Sight::Events }
    }

    fn pick(&mut self, known: &Known, asked: &Asked<'_>, now: f64, _draw: &mut Draw) -> usize {
        let settings = self.settings;
        let load = |n: usize| known.endpoints[n].in_flight;
        let most = known.there().map(load).max().unwrap_or(0);
        let least = known.there().min_by_key(|n| (load(*n), known.endpoints[*n].sent)).unwrap_or_default();
        if let Some(tree) = &mut self.tree
            && now >= tree.next_cut
        {
            if tree.next_cut > 0.0 {
                tree.cut((settings.tree_tokens / u64::from(asked.block_tokens)) as usize);
            }
            tree.next_cut = now + settings.cut_every;
        }
        let spread = most - load(least);
        if spread > settings.absolute && f64::from(most) > settings.relative * f64::from(load(least)) {
            return least;
        }
        let Some(tree) = &self.tree else {
            let key = |n: &usize| {
                let held = known.held[*n];
                (held, std::cmp::Reverse((load(*n), known.events.count(*n), *n)))
            };
            return known.there().filter(|n| known.held[*n] > 0).max_by_key(key).unwrap_or(least);
        };
        let (matched, last) = tree.matched(asked.blocks);
        let share = matched as f64 / asked.blocks.len().max(1) as f64;
        let Some(last) = last.filter(|_| share > settings.threshold) else { return least };
        self.unwritten = !known.endpoints[last].there;
        if self.unwritten { known.there().next().unwrap_or_default() } else { last }
    }

    fn sent(&mut self, _known: &Known, asked: &Asked<'_>, sent: &Sent, now: f64) {
        let unwritten = std::mem::take(&mut self.unwritten);
        if let Some(tree) = self.tree.as_mut().filter(|_| !unwritten) {
            tree.write(sent.endpoint, asked.blocks, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{asked, ported};
    use super::*;
    use crate::sim::Gateway;

    const LIBRARY: CacheAwareSettings = CacheAwareSettings::LIBRARY;

    #[test]
    fn a_prompt_and_its_beginning_go_where_it_went() {
        // Upstream's example of balanced loads.
        let mut gateway = ported(CacheAware::approximate(LIBRARY), 2);
        let first = gateway.dispatch(0, &asked(&[1, 2]), 0.0);
        assert_eq!(gateway.dispatch(1, &asked(&[1, 2]), 0.0), first);
        assert_eq!(gateway.dispatch(2, &asked(&[1]), 0.0), first);
        // Half is not more than half.
        assert_ne!(gateway.dispatch(3, &asked(&[1, 3]), 0.0), first);
    }

    #[test]
    fn loads_far_apart_override_the_cache() {
        // Upstream's example: more than 5 apart and more than twice as many.
        let settings = CacheAwareSettings { absolute: 5, relative: 2.0, ..LIBRARY };
        for rule in [CacheAware::approximate(settings), CacheAware::by_events(settings)] {
            let mut gateway = ported(rule, 2);
            gateway.gone(1, 0.0);
            (0..20).for_each(|n| _ = gateway.dispatch(n, &asked(&[1, 2]), 0.0));
            gateway.stored(0, None, &[1, 2], 0.0);
            gateway.appeared(1, 0.0);
            assert!((20..25).all(|n| gateway.dispatch(n, &asked(&[1, 2]), 0.0) == 1));
        }
    }

    #[test]
    fn events_choose_the_longest_then_the_least_loaded_then_the_smallest() {
        let mut gateway = ported(CacheAware::by_events(LIBRARY), 3);
        gateway.stored(0, None, &[1, 2, 3], 0.0);
        gateway.stored(1, None, &[1, 2], 0.0);
        assert_eq!(gateway.dispatch(0, &asked(&[1, 2, 3, 4]), 0.0), 0);
        // Three each: 0 has a request in flight.
        gateway.stored(1, Some(2), &[3], 0.0);
        assert_eq!(gateway.dispatch(1, &asked(&[1, 2, 3, 4]), 0.0), 1);
        // One in flight each: 1 has a larger cache.
        gateway.stored(1, None, &[50, 51], 0.0);
        assert_eq!(gateway.dispatch(2, &asked(&[1, 2, 3, 4]), 0.0), 0);
        assert_eq!(gateway.dispatch(3, &asked(&[9]), 0.0), 2, "nobody holds it, 2 is idle");
    }

    #[test]
    fn the_tree_is_cut_from_its_oldest_leaves() {
        let settings = CacheAwareSettings { tree_tokens: 3 * 16, ..LIBRARY };
        let mut gateway = ported(CacheAware::approximate(settings), 1);
        gateway.dispatch(0, &asked(&[1, 2, 3, 4]), 0.0);
        gateway.dispatch(1, &asked(&[1, 9]), 1.0);
        let matched = |gateway: &super::super::Ported<CacheAware>| {
            gateway.rule().tree.as_ref().map(|tree| tree.matched(&[1, 2, 3, 4]).0)
        };
        assert_eq!(matched(&gateway), Some(4), "not cut yet");
        gateway.dispatch(2, &asked(&[]), 31.0);
        assert_eq!(matched(&gateway), Some(2), "4 and 3 are gone, 1, 2 and 9 are left");
    }

    #[test]
    fn whoever_was_sent_the_end_of_the_match_last_wins() {
        let mut gateway = ported(CacheAware::approximate(LIBRARY), 3);
        let first = gateway.dispatch(0, &asked(&[1, 2, 3]), 0.0);
        let second = gateway.dispatch(1, &asked(&[1, 8, 9, 10]), 0.0);
        assert_ne!(first, second, "a quarter matched");
        assert_eq!(gateway.dispatch(2, &asked(&[1]), 0.0), second);
        assert_eq!(gateway.dispatch(3, &asked(&[1, 2]), 0.0), first);
        gateway.gone(first, 1.0);
        let next = usize::from(first == 0);
        assert!((4..9).all(|number| gateway.dispatch(number, &asked(&[1, 2]), 1.0) == next));
    }
}
