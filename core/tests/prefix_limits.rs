//! The prefix indexes stay inside their budget, come back to their starting size, allocate nothing when they are read, and never claim to readers more than
//! was true.

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
#[path = "support/counting.rs"]
mod counting;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chance::Chance;
use counting::allocations;
use inferroute::{
    ApproximateIndex, ApproximateOptions, BlockHashes, HashOptions, IndexId, KvChange, KvEvent, KvOutcome,
    PreciseIndex, PreciseOptions, PrefixError, PrefixHasher, PrefixMatch, Prompt, Scope, Tier,
};

/// A build without optimisation takes a thirtieth of the rounds.
const SLOW: usize = if cfg!(debug_assertions) { 30 } else { 1 };

fn hasher() -> PrefixHasher {
    PrefixHasher::try_new(&HashOptions::default().key(7)).unwrap()
}

fn chain(chance: &mut Chance, blocks: usize) -> BlockHashes {
    let hashes: Vec<u64> = (0..blocks).map(|_| chance.next()).collect();
    let mut out = BlockHashes::new();
    hasher().hash(&Scope::default(), Prompt::Blocks(&hashes), &mut out);
    out
}

#[test]
fn a_million_blocks_over_64_endpoints_take_at_most_32_mb() {
    let index = ApproximateIndex::try_new(&ApproximateOptions::default()).unwrap();
    let start = index.memory_bytes();
    let ids: Vec<IndexId> = (0..64).map(|_| index.add_endpoint(None).unwrap()).collect();
    let mut chance = Chance(1);
    let prompts: Vec<(IndexId, BlockHashes)> =
        (0..7_813).map(|n| (ids[n % 64], chain(&mut chance, 128))).collect();
    for (id, prompt) in &prompts {
        assert_eq!(index.insert(*id, prompt).unwrap(), 128);
    }
    assert!(index.memory_bytes() <= 32_000_000, "{} bytes", index.memory_bytes());
    let positions: Vec<u16> = (0..64).collect();
    let mut lengths = [0; 64];
    for (id, prompt) in &prompts {
        index.lengths(prompt, &positions, &mut lengths);
        assert_eq!(lengths[id.get()], 128);
        assert_eq!(lengths.iter().sum::<u32>(), 128);
    }
    for id in ids {
        index.remove_endpoint(id).unwrap();
    }
    assert_eq!(index.memory_bytes(), start);
}

#[test]
fn a_million_blocks_that_64_engines_told_take_at_most_32_mb() {
    let index = PreciseIndex::try_new(&PreciseOptions::default(), hasher()).unwrap();
    let start = index.memory_bytes();
    let ids: Vec<IndexId> = (0..64).map(|_| index.add_endpoint().unwrap()).collect();
    let mut chance = Chance(1);
    let mut applied = 0;
    for sequence in 0..7_813 {
        let prompt: Vec<u64> = (0..128).map(|_| chance.next()).collect();
        let endpoint = ids[sequence % 64];
        let change = KvChange::Stored { hashes: &prompt, parent: None, tier: Tier::Device };
        let event = KvEvent { endpoint, sequence: (sequence / 64) as u64, change };
        applied += usize::from(index.apply(&event).unwrap() == KvOutcome::Applied);
    }
    assert_eq!(applied, 7_813);
    assert!(index.memory_bytes() <= 32_000_000, "{} bytes", index.memory_bytes());
    for id in ids {
        index.remove_endpoint(id).unwrap();
    }
    assert_eq!(index.memory_bytes(), start);
}

#[test]
fn blocks_that_all_follow_one_block_stay_inside_the_budget() {
    let budget = 2 << 20;
    let index = PreciseIndex::try_new(&PreciseOptions::default().budget(budget), hasher()).unwrap();
    let start = index.memory_bytes();
    let endpoint = index.add_endpoint().unwrap();
    let (root, tier) = (7, Tier::Device);
    let mut sequence = 0;
    let mut apply = |change: KvChange<'_>| {
        sequence += 1;
        let outcome = index.apply(&KvEvent { endpoint, sequence, change }).unwrap();
        assert!(index.memory_bytes() <= budget, "{} of {budget} bytes", index.memory_bytes());
        outcome == KvOutcome::Applied
    };
    assert!(apply(KvChange::Stored { hashes: &[root], parent: None, tier }));
    let mut chance = Chance(2);
    let mut held = Vec::new();
    for _ in 0..50_000 {
        let block = [chance.next()];
        if apply(KvChange::Stored { hashes: &block, parent: Some(root), tier }) {
            held.extend(block);
        }
    }
    assert!((20_000..50_000).contains(&held.len()), "{} blocks", held.len());
    // Whoever loses the root has as many blocks without the one before, until they are gone or the root is back.
    assert!(apply(KvChange::Removed { hashes: &[root], tier }));
    assert_eq!(index.orphans(endpoint), Ok(held.len()));
    assert!(apply(KvChange::Removed { hashes: &held[..held.len() / 2], tier }));
    assert_eq!(index.orphans(endpoint), Ok(held.len() - held.len() / 2));
    assert!(apply(KvChange::Stored { hashes: &[root], parent: None, tier }));
    assert_eq!(index.orphans(endpoint), Ok(0));
    assert!(apply(KvChange::Removed { hashes: &held[held.len() / 2..], tier }));
    assert!(apply(KvChange::Removed { hashes: &[root], tier }));
    index.remove_endpoint(endpoint).unwrap();
    assert_eq!(index.memory_bytes(), start);
}

#[test]
fn names_leave_the_table_of_blocks_no_more_than_the_rest_of_the_budget() {
    let budget = 2 << 20;
    let index = PreciseIndex::try_new(&PreciseOptions::default().budget(budget), hasher()).unwrap();
    let endpoint = index.add_endpoint().unwrap();
    let (scope, tier, tokens) = (Scope::new("m"), Tier::Device, (0..16).collect::<Vec<u32>>());
    let mut chance = Chance(4);
    for sequence in 0..100_000 {
        let names = [chance.next()];
        // Many names of the same block first, then blocks without names.
        let change = if sequence < 50_000 {
            let parent = None;
            KvChange::StoredTokens { names: &names, tokens: &tokens, parent, tier, scope: &scope }
        } else {
            KvChange::Stored { hashes: &names, parent: None, tier }
        };
        index.apply(&KvEvent { endpoint, sequence, change }).unwrap();
        assert!(index.memory_bytes() <= budget, "{} of {budget} bytes", index.memory_bytes());
    }
}

#[test]
fn a_million_random_prefixes_stay_inside_a_small_budget() {
    for budget in [1 << 20, 3 << 20, 8 << 20] {
        let options = ApproximateOptions::default().budget(budget);
        let index = ApproximateIndex::try_new(&options).unwrap();
        let start = index.memory_bytes();
        let ids: Vec<IndexId> = (0..100).map(|_| index.add_endpoint(None).unwrap()).collect();
        let mut chance = Chance(3);
        let shared = chain(&mut chance, 40);
        let mut most = 0;
        for n in 0..333_334 / SLOW {
            let prompt = chain(&mut chance, 3);
            index.insert(ids[n % 100], &prompt).unwrap();
            if n % 64 == 0 {
                index.insert(ids[n / 64 % 100], &shared).unwrap();
                most = most.max(index.memory_bytes());
                assert!(most <= budget, "{most} of {budget} bytes");
            }
        }
        // What was sent last is known, however full the index is.
        let prompt = chain(&mut chance, 3);
        assert_eq!(index.insert(ids[0], &prompt), Ok(3), "budget {budget}");
        for id in ids {
            index.remove_endpoint(id).unwrap();
        }
        assert_eq!(index.memory_bytes(), start);
    }
}

#[test]
fn the_precise_index_refuses_what_its_budget_cannot_hold_and_forgets_it_again() {
    let budget = 2 << 20;
    let index = PreciseIndex::try_new(&PreciseOptions::default().budget(budget), hasher()).unwrap();
    let start = index.memory_bytes();
    let endpoint = index.add_endpoint().unwrap();
    let tokens: Vec<u32> = (0..64).collect();
    let mut chance = Chance(5);
    let mut refused = 0;
    for sequence in 0..50_000 {
        let names = [chance.next(), chance.next(), chance.next(), chance.next()];
        let tokens: Vec<u32> = tokens.iter().map(|token| token ^ names[0] as u32).collect();
        let scope = Scope::new("m");
        let stored = KvChange::StoredTokens {
            names: &names,
            tokens: &tokens,
            parent: None,
            tier: Tier::Device,
            scope: &scope,
        };
        let change = if sequence % 2 == 0 {
            stored
        } else {
            KvChange::Stored { hashes: &names, parent: None, tier: Tier::Host }
        };
        refused +=
            u64::from(index.apply(&KvEvent { endpoint, sequence, change }).unwrap() == KvOutcome::Partly);
        if sequence % 100 == 0 {
            assert!(index.memory_bytes() <= budget, "{} of {budget} bytes", index.memory_bytes());
        }
    }
    assert!(refused > 0 && index.counters().refused >= refused);
    index.apply(&KvEvent { endpoint, sequence: 50_000, change: KvChange::Cleared }).unwrap();
    assert_eq!(index.orphans(endpoint), Ok(0));
    index.remove_endpoint(endpoint).unwrap();
    assert_eq!(index.memory_bytes(), start);
    assert_eq!(index.orphans(endpoint), Err(PrefixError::UnknownEndpoint));
}

#[test]
fn tokens_of_an_engine_are_found_under_our_own_hashes() {
    let index = PreciseIndex::try_new(&PreciseOptions::default(), hasher()).unwrap();
    let endpoint = index.add_endpoint().unwrap();
    let tokens: Vec<u32> = (0..100).collect();
    let scope = Scope::new("m").tenant("t");
    let mut prompt = BlockHashes::new();
    hasher().hash(&scope, Prompt::Tokens(&tokens), &mut prompt);
    let mut matches = [PrefixMatch::default(); 1];
    let mut sequence = 0;
    let mut apply = |change| {
        sequence += 1;
        index.apply(&KvEvent { endpoint, sequence, change }).unwrap()
    };
    let (tier, scope) = (Tier::Device, &scope);
    let first = KvChange::StoredTokens { names: &[11, 12], tokens: &tokens[..32], parent: None, tier, scope };
    assert_eq!(apply(first), KvOutcome::Applied);
    let next =
        KvChange::StoredTokens { names: &[13], tokens: &tokens[32..48], parent: Some(12), tier, scope };
    assert_eq!(apply(next), KvOutcome::Applied);
    let lost =
        KvChange::StoredTokens { names: &[99], tokens: &tokens[64..80], parent: Some(77), tier, scope };
    assert_eq!(apply(lost), KvOutcome::Partly);
    index.matches(&prompt, &[0], &mut matches);
    assert_eq!(matches, [PrefixMatch { blocks: 3, credit: 3.0 }]);
    apply(KvChange::Removed { hashes: &[13], tier });
    index.matches(&prompt, &[0], &mut matches);
    assert_eq!((matches[0].blocks, index.counters().unplaced), (2, 1));
}

#[test]
fn hashing_and_walking_allocate_nothing() {
    let index = ApproximateIndex::try_new(&ApproximateOptions::default()).unwrap();
    let precise = PreciseIndex::try_new(&PreciseOptions::default(), hasher()).unwrap();
    let tokens: Vec<u32> = (0..40_000).collect();
    let text = "words and words ".repeat(20_000);
    let scope = Scope::new("model").tenant("acme").salt("s");
    let hasher = hasher();
    let mut hashes = BlockHashes::new();
    hasher.hash(&scope, Prompt::Tokens(&tokens), &mut hashes);
    for n in 0..100_u64 {
        let id = index.add_endpoint(None).unwrap();
        let endpoint = precise.add_endpoint().unwrap();
        let held = &hashes.as_slice()[..20 * n as usize];
        let mut some = BlockHashes::new();
        hasher.hash(&scope, Prompt::Blocks(held), &mut some);
        index.insert(id, &some).unwrap();
        let tier = if n % 2 == 0 { Tier::Device } else { Tier::Host };
        let change = KvChange::Stored { hashes: held, parent: None, tier };
        precise.apply(&KvEvent { endpoint, sequence: n, change }).unwrap();
    }
    let positions: Vec<u16> = (0..100).collect();
    let mut lengths = [0; 100];
    let mut matches = [PrefixMatch::default(); 100];
    let counted = allocations(|| {
        for prompt in [Prompt::Tokens(&tokens), Prompt::Text(text.as_bytes())] {
            hasher.hash(&scope, prompt, &mut hashes);
        }
        hasher.hash(&scope, Prompt::Tokens(&tokens), &mut hashes);
        let mut pieces = BlockHashes::new();
        let mut pushed = hasher.text(&scope, &mut pieces);
        text.as_bytes().chunks(1000).for_each(|piece| pushed.push(piece));
        pushed.finish();
        index.lengths(&hashes, &positions, &mut lengths);
        index.held_blocks(&hashes, &positions, &mut lengths);
        precise.matches(&hashes, &positions, &mut matches);
    });
    assert_eq!(counted, 0);
    assert_eq!((lengths[99], matches[98].blocks, matches[99].blocks), (1980, 1960, 1980));
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(7)))), 1);
}

/// Two threads read while `write` lets endpoints hold beginnings of a few prompts: nobody is ever seen to hold more than it is ever given.
fn readers_never_see_more(
    read: impl Fn(&BlockHashes, &mut [u64; ENDPOINTS]) + Sync,
    mut write: impl FnMut(&mut Chance, usize, &BlockHashes),
) {
    let mut chance = Chance(9);
    let prompts: Vec<BlockHashes> = (0..PROMPTS).map(|_| chain(&mut chance, 64)).collect();
    let most = |prompt: usize, endpoint: usize| ((prompt * 29 + endpoint * 5) % 64) as u64;
    let (done, seen) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|threads| {
        for reader in 0..2 {
            let (read, prompts, most, done, seen) = (&read, &prompts, &most, &done, &seen);
            threads.spawn(move || {
                let mut lengths = [0; ENDPOINTS];
                let mut chance = Chance(100 + reader);
                while !done.load(Ordering::Acquire) {
                    let prompt = chance.below(PROMPTS);
                    read(&prompts[prompt], &mut lengths);
                    for (endpoint, length) in lengths.iter().enumerate() {
                        let most = most(prompt, endpoint);
                        assert!(*length <= most, "{length} of {most} blocks");
                        seen.fetch_add(*length, Ordering::Relaxed);
                    }
                }
            });
        }
        let mut chance = Chance(77);
        for _ in 0..60_000 / SLOW {
            let (prompt, endpoint) = (chance.below(PROMPTS), chance.below(ENDPOINTS));
            let blocks = chance.next() % (most(prompt, endpoint) + 1);
            let mut some = BlockHashes::new();
            let held = &prompts[prompt].as_slice()[..blocks as usize];
            hasher().hash(&Scope::default(), Prompt::Blocks(held), &mut some);
            write(&mut chance, endpoint, &some);
        }
        done.store(true, Ordering::Release);
    });
    assert!(seen.load(Ordering::Relaxed) > 0, "the readers saw nothing");
}

const PROMPTS: usize = 8;
const ENDPOINTS: usize = 12;

#[test]
fn readers_never_see_more_than_was_ever_inserted() {
    let index = ApproximateIndex::try_new(&ApproximateOptions::default().budget(1 << 20)).unwrap();
    let ids: Vec<IndexId> = (0..ENDPOINTS).map(|_| index.add_endpoint(Some(700)).unwrap()).collect();
    let positions: Vec<u16> = (0..ENDPOINTS as u16).collect();
    readers_never_see_more(
        |prompt, lengths| {
            let mut found = [0; ENDPOINTS];
            index.lengths(prompt, &positions, &mut found);
            *lengths = found.map(u64::from);
        },
        |chance, endpoint, some| {
            index.insert(ids[endpoint], some).unwrap();
            // Blocks of nobody's interest, so that slots change hands.
            index.insert(ids[endpoint], &chain(chance, 9)).unwrap();
        },
    );
}

#[test]
fn readers_never_see_more_than_engines_ever_told() {
    let index = PreciseIndex::try_new(&PreciseOptions::default().budget(2 << 20), hasher()).unwrap();
    let ids: Vec<IndexId> = (0..ENDPOINTS).map(|_| index.add_endpoint().unwrap()).collect();
    let positions: Vec<u16> = (0..ENDPOINTS as u16).collect();
    let mut sequences = [0; ENDPOINTS];
    let mut tell = |endpoint: usize, change: KvChange<'_>| {
        sequences[endpoint] += 1;
        let event = KvEvent { endpoint: ids[endpoint], sequence: sequences[endpoint], change };
        assert_eq!(index.apply(&event), Ok(KvOutcome::Applied));
    };
    readers_never_see_more(
        |prompt, lengths| {
            let mut found = [PrefixMatch::default(); ENDPOINTS];
            index.matches(prompt, &positions, &mut found);
            *lengths = found.map(|found| found.blocks.into());
        },
        |chance, endpoint, some| {
            let hashes = some.as_slice();
            // From the end, so that what is left is a beginning, and now and then out of the middle.
            match chance.below(8) {
                0..5 => tell(endpoint, KvChange::Stored { hashes, parent: None, tier: Tier::Device }),
                5 => tell(
                    endpoint,
                    KvChange::Removed { hashes: hashes.get(2..4).unwrap_or_default(), tier: Tier::Device },
                ),
                6 => tell(endpoint, KvChange::Cleared),
                _ => {
                    let hashes: Vec<u64> = hashes.iter().rev().copied().take(20).collect();
                    tell(endpoint, KvChange::Removed { hashes: &hashes, tier: Tier::Device });
                }
            }
        },
    );
}

#[test]
fn ids_come_back_and_the_limit_on_them_is_an_error() {
    let index = ApproximateIndex::try_new(&ApproximateOptions::default()).unwrap();
    let kept = index.add_endpoint(None).unwrap();
    let mut greatest = 0;
    let mut chance = Chance(1);
    let prompt = chain(&mut chance, 20);
    for _ in 0..10_000 {
        let id = index.add_endpoint(None).unwrap();
        let mut length = [0; 1];
        let mut positions = vec![u16::MAX; 4096];
        positions[id.get()] = 0;
        index.lengths(&prompt, &positions, &mut length);
        assert_eq!(length, [0], "a new endpoint holds what another held");
        index.insert(id, &prompt).unwrap();
        greatest = greatest.max(id.get());
        index.remove_endpoint(id).unwrap();
        assert_eq!(index.insert(id, &prompt), Err(PrefixError::UnknownEndpoint));
    }
    assert!(greatest < 128, "ids grew to {greatest}");
    let mut ids: Vec<IndexId> = (1..4096).map(|_| index.add_endpoint(None).unwrap()).collect();
    assert_eq!(index.add_endpoint(None), Err(PrefixError::Full));
    index.remove_endpoint(ids.pop().unwrap()).unwrap();
    assert!(index.add_endpoint(None).is_ok());
    index.remove_endpoint(kept).unwrap();
}
