//! The prefix indexes and the slow reference answer alike over random sequences of events, and keep what they promise about memory, allocations and
//! concurrent readers.
//!
//! `INFERROUTE_PREFIX_OPERATIONS=10000000 cargo test --release --test prefix` runs that many operations instead of the few of an everyday run.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a test fails by panicking"
)]

#[path = "support/chance.rs"]
mod chance;
#[path = "reference/prefix.rs"]
mod reference;

use std::collections::HashMap;

use chance::Chance;
use inferroute::{
    ApproximateIndex, ApproximateOptions, BlockHashes, HashOptions, IndexId, KvChange, KvEvent, PreciseIndex,
    PreciseOptions, PrefixHasher, PrefixMatch, Prompt, Scope, Tier, TierWeights,
};

fn operations() -> usize {
    std::env::var("INFERROUTE_PREFIX_OPERATIONS")
        .ok()
        .and_then(|count| count.parse().ok())
        .unwrap_or(if cfg!(debug_assertions) { 3_000 } else { 100_000 })
}

/// Prompts as chains of hashes; a new one continues another from a random place, so they form a tree.
struct Prompts {
    prompts: Vec<Vec<u64>>,
    limit: usize,
}

impl Prompts {
    fn new(limit: usize) -> Self {
        Self { prompts: vec![Vec::new()], limit }
    }

    fn pick(&mut self, rng: &mut Chance) -> Vec<u64> {
        let base = self.prompts[rng.below(self.prompts.len())].clone();
        let prompt = match rng.below(4) {
            0 => base,
            1 => base[..rng.below(base.len() + 1)].to_vec(),
            _ => {
                let mut prompt = base[..rng.below(base.len() + 1)].to_vec();
                let more = 1 + rng.below(self.limit);
                prompt.extend((0..more).map(|_| rng.next().max(1)));
                prompt.truncate(self.limit);
                prompt
            }
        };
        if self.prompts.len() < 64 {
            self.prompts.push(prompt.clone());
        } else {
            let at = rng.below(64);
            self.prompts[at].clone_from(&prompt);
        }
        prompt
    }
}

fn hasher() -> PrefixHasher {
    PrefixHasher::try_new(&HashOptions::default().key(7)).unwrap()
}

fn hashes(prompt: &[u64]) -> BlockHashes {
    let mut out = BlockHashes::new();
    hasher().hash(&Scope::default(), Prompt::Blocks(prompt), &mut out);
    out
}

/// Every id is its own position.
fn positions() -> Vec<u16> {
    (0..512).collect()
}

fn approximate_agrees(seed: u64, operations: usize) -> usize {
    let mut rng = Chance(seed);
    let index = ApproximateIndex::try_new(&ApproximateOptions::default()).unwrap();
    let mut reference = reference::Approximate::default();
    let mut ids: HashMap<usize, IndexId> = HashMap::new();
    let most = [3, 6, 30, 150][rng.below(4)];
    let mut prompts = Prompts::new([5, 40, 300][rng.below(3)]);
    let positions = positions();
    let mut lengths = vec![0; 512];
    let mut held = vec![0; 512];
    let mut compared = 0;
    for number in 0..operations {
        match rng.below(100) {
            0..3 if ids.len() < most => {
                let most = [4, 60, 400][rng.below(3)];
                let capacity = 1 + rng.below(most);
                ids.insert(number, index.add_endpoint(Some(capacity as u32)).unwrap());
                reference.endpoints.insert(number, reference::Cache::new(capacity));
            }
            3 if !ids.is_empty() && rng.below(4) == 0 => {
                let mut names: Vec<usize> = ids.keys().copied().collect();
                names.sort_unstable();
                let gone = names[rng.below(names.len())];
                index.remove_endpoint(ids.remove(&gone).unwrap()).unwrap();
                reference.endpoints.remove(&gone);
            }
            4 => index.sweep(),
            5..60 if !ids.is_empty() => {
                let mut names: Vec<usize> = ids.keys().copied().collect();
                names.sort_unstable();
                let name = names[rng.below(names.len())];
                let prompt = prompts.pick(&mut rng);
                let held = index.insert(ids[&name], &hashes(&prompt)).unwrap();
                reference.endpoints.get_mut(&name).unwrap().insert(&prompt);
                assert_eq!(
                    held,
                    reference.length(name, &prompt),
                    "seed {seed}, operation {number}: inserted"
                );
            }
            _ => {
                let prompt = prompts.pick(&mut rng);
                let prompt = hashes(&prompt);
                index.lengths(&prompt, &positions, &mut lengths);
                index.held_blocks(&prompt, &positions, &mut held);
                for (name, id) in &ids {
                    let expected = reference.length(*name, prompt.as_slice());
                    assert_eq!(
                        lengths[id.get()] as usize,
                        expected,
                        "seed {seed}, operation {number}: length"
                    );
                    let expected = reference.held_blocks(*name, prompt.as_slice());
                    assert_eq!(
                        held[id.get()] as usize,
                        expected,
                        "seed {seed}, operation {number}: held blocks"
                    );
                    compared += 1;
                }
                let somebody = lengths.iter().filter(|length| **length > 0).count();
                let expected =
                    ids.keys().filter(|name| reference.length(**name, prompt.as_slice()) > 0).count();
                assert_eq!(
                    somebody, expected,
                    "seed {seed}, operation {number}: endpoints that are not there"
                );
            }
        }
    }
    for id in ids.into_values() {
        index.remove_endpoint(id).unwrap();
    }
    let fresh = ApproximateIndex::try_new(&ApproximateOptions::default()).unwrap();
    assert_eq!(index.memory_bytes(), fresh.memory_bytes(), "seed {seed}: not back to the start");
    compared
}

#[test]
fn the_approximate_index_answers_as_the_reference() {
    let mut compared = 0;
    let each = 2_000;
    for seed in 0..operations().div_ceil(each) as u64 {
        compared += approximate_agrees(seed, each);
    }
    assert!(compared > operations() / 10, "compared {compared} lengths only");
}

/// With two buckets to choose from its 558th operation found both full in a table of which less than half was used.
#[test]
fn a_sequence_that_filled_buckets_of_a_table_half_empty_agrees() {
    assert!(approximate_agrees(4_073, 2_000) > 0);
}

/// Its 698th operation looks at blocks that share their holders, some of whom were removed from a part of them while no more sets of holders fitted in.
#[test]
fn a_sequence_that_removed_from_shared_holders_without_room_for_more_agrees() {
    assert!(precise_agrees(45, 1_000) > 0);
}

const TIERS: [Tier; 4] = [Tier::Device, Tier::Host, Tier::Disk, Tier::Shared];
const WEIGHTS: [f64; 4] = [1.0, 0.8, 0.5, 0.3];

fn change(rng: &mut Chance, prompt: &[u64]) -> reference::Change {
    use reference::Change;
    // Mostly on the device: only endpoints without orphans and with nothing elsewhere are walked the short way.
    let tier = if rng.below(8) == 0 { rng.below(4) } else { 0 };
    let from = rng.below(prompt.len() + 1);
    let to = from + rng.below(prompt.len() - from + 1);
    match rng.below(100) {
        0 => Change::Cleared,
        1 => Change::Started,
        2..50 => Change::Stored { hashes: prompt.to_vec(), parent: None, tier },
        50..70 => Change::Stored {
            hashes: prompt[from..to].to_vec(),
            parent: from.checked_sub(1).map(|before| prompt[before]),
            tier,
        },
        70..85 => Change::Removed { hashes: prompt[from..].iter().rev().copied().collect(), tier },
        _ => Change::Removed { hashes: prompt[from..to].to_vec(), tier },
    }
}

fn applied(index: &PreciseIndex, endpoint: IndexId, sequence: u64, change: &reference::Change) {
    use reference::Change;
    let change = match change {
        Change::Stored { hashes, parent, tier } => {
            KvChange::Stored { hashes, parent: *parent, tier: TIERS[*tier] }
        }
        Change::Removed { hashes, tier } => KvChange::Removed { hashes, tier: TIERS[*tier] },
        Change::Cleared => KvChange::Cleared,
        Change::Started => KvChange::Started,
    };
    index.apply(&KvEvent { endpoint, sequence, change }).unwrap();
}

fn precise_agrees(seed: u64, operations: usize) -> usize {
    let mut rng = Chance(seed);
    let options = PreciseOptions::default().weights(TierWeights::try_new(WEIGHTS).unwrap());
    let index = PreciseIndex::try_new(&options, hasher()).unwrap();
    let mut reference = reference::Precise::default();
    let mut endpoints: Vec<(usize, IndexId, u64)> = Vec::new();
    let most = [3, 6, 20, 150][rng.below(4)];
    let mut prompts = Prompts::new([4, 30, 200][rng.below(3)]);
    let positions = positions();
    let mut matches = vec![PrefixMatch::default(); 512];
    let mut compared = 0;
    for number in 0..operations {
        match rng.below(100) {
            0..4 if endpoints.len() < most => {
                endpoints.push((number, index.add_endpoint().unwrap(), rng.next() >> 1));
                reference.endpoints.insert(number, reference::Engine::default());
            }
            4 if !endpoints.is_empty() && rng.below(8) == 0 => {
                let (name, id, _) = endpoints.swap_remove(rng.below(endpoints.len()));
                index.remove_endpoint(id).unwrap();
                reference.endpoints.remove(&name);
            }
            5..65 if !endpoints.is_empty() => {
                let prompt = prompts.pick(&mut rng);
                let change = change(&mut rng, &prompt);
                let at = rng.below(endpoints.len());
                let (name, id, sequence) = &mut endpoints[at];
                *sequence = match rng.below(200) {
                    0 => *sequence + 2 + rng.below(3) as u64,
                    1 => *sequence - rng.below(3) as u64,
                    _ => *sequence + 1,
                };
                applied(&index, *id, *sequence, &change);
                reference.apply(*name, *sequence, &change);
                if !reference.endpoints[name].quarantined {
                    assert_eq!(
                        index.orphans(*id).unwrap(),
                        reference.orphans(*name),
                        "seed {seed}, operation {number}: orphans"
                    );
                }
            }
            _ => {
                let prompt = hashes(&prompts.pick(&mut rng));
                index.matches(&prompt, &positions, &mut matches);
                for (name, id, _) in &endpoints {
                    let (blocks, credit) = reference.matched(*name, prompt.as_slice(), WEIGHTS);
                    let found = matches[id.get()];
                    assert_eq!(found.blocks as usize, blocks, "seed {seed}, operation {number}: blocks");
                    assert!(
                        found.credit == credit,
                        "seed {seed}, operation {number}: {found:?}, not {credit}"
                    );
                    compared += 1;
                }
                let claimed = matches.iter().filter(|found| found.blocks > 0).count();
                let there = |(name, ..): &&(usize, IndexId, u64)| {
                    reference.matched(*name, prompt.as_slice(), WEIGHTS).0 > 0
                };
                let expected = endpoints.iter().filter(there).count();
                assert_eq!(
                    claimed, expected,
                    "seed {seed}, operation {number}: endpoints that are not there"
                );
            }
        }
    }
    let counters = index.counters();
    let counted = (counters.gaps, counters.duplicates, counters.passed_over, counters.refused);
    assert_eq!(counted, (reference.gaps, reference.duplicates, reference.passed_over, 0), "seed {seed}");
    for (_, id, _) in endpoints {
        index.remove_endpoint(id).unwrap();
    }
    let fresh = PreciseIndex::try_new(&options, hasher()).unwrap();
    assert_eq!(index.memory_bytes(), fresh.memory_bytes(), "seed {seed}: not back to the start");
    compared
}

#[test]
fn the_precise_index_answers_as_the_reference() {
    let mut compared = 0;
    let each = 2_000;
    for seed in 0..operations().div_ceil(each) as u64 {
        compared += precise_agrees(seed, each);
    }
    assert!(compared > operations() / 10, "compared {compared} matches only");
}
