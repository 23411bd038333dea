//! Any events and prompts, also such that no engine sends: nothing panics, nobody is said to hold what no event named, memory stays inside the budget and comes
//! back to its start.

#![no_main]

use std::collections::HashSet;

use arbitrary::Arbitrary;
use inferroute::{
    ApproximateIndex, ApproximateOptions, BlockHashes, HashDialect, HashOptions, KvChange, KvEvent,
    PreciseIndex, PreciseOptions, PrefixHasher, PrefixMatch, Prompt, Scope, Tier,
};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Act {
    Add { capacity: Option<u16> },
    Remove { endpoint: u8 },
    Insert { endpoint: u8, hashes: Vec<u8> },
    Stored { endpoint: u8, hashes: Vec<u8>, parent: Option<u8>, tier: u8, skip: bool },
    Tokens { endpoint: u8, names: Vec<u8>, tokens: Vec<u8>, parent: Option<u8> },
    Removed { endpoint: u8, hashes: Vec<u8>, tier: u8 },
    Cleared { endpoint: u8 },
    Started { endpoint: u8, sequence: u64 },
    Look { hashes: Vec<u8> },
    Hash { dialect: u8, block_tokens: u8, text: Vec<u8>, model: String, salt: String },
    Sweep,
}

const BUDGET: usize = 1 << 20;

fn wide(hashes: &[u8]) -> Vec<u64> {
    hashes.iter().map(|hash| u64::from(*hash)).collect()
}

fn tier(tier: u8) -> Tier {
    [Tier::Device, Tier::Host, Tier::Disk, Tier::Shared][usize::from(tier % 4)]
}

fuzz_target!(|acts: Vec<Act>| {
    let hasher = PrefixHasher::try_new(&HashOptions::default().block_tokens(1)).unwrap();
    let approximate = ApproximateIndex::try_new(&ApproximateOptions::default().budget(BUDGET)).unwrap();
    let precise = PreciseIndex::try_new(&PreciseOptions::default().budget(BUDGET), hasher.clone()).unwrap();
    let start = (approximate.memory_bytes(), precise.memory_bytes());
    let mut endpoints = Vec::new();
    let mut named = HashSet::new();
    let mut tokens_came = false;
    let mut hashes_of = BlockHashes::new();
    for act in acts.iter().take(300) {
        let at = |endpoint: &u8| (!endpoints.is_empty()).then(|| usize::from(*endpoint) % endpoints.len());
        match act {
            Act::Add { capacity } if endpoints.len() < 200 => {
                let capacity = capacity.map(|capacity| u32::from(capacity).max(1));
                let ids = (approximate.add_endpoint(capacity).unwrap(), precise.add_endpoint().unwrap());
                endpoints.push((ids.0, ids.1, 0));
            }
            Act::Remove { endpoint } => {
                if let Some(at) = at(endpoint) {
                    let (a, b, _) = endpoints.swap_remove(at);
                    approximate.remove_endpoint(a).unwrap();
                    precise.remove_endpoint(b).unwrap();
                    assert!(precise.remove_endpoint(b).is_err());
                }
            }
            Act::Insert { endpoint, hashes } => {
                if let Some(at) = at(endpoint) {
                    let hashes = wide(hashes);
                    named.extend(hashes.iter().map(|hash| (*hash).max(1)));
                    hasher.hash(&Scope::default(), Prompt::Blocks(&hashes), &mut hashes_of);
                    approximate.insert(endpoints[at].0, &hashes_of).unwrap();
                }
            }
            Act::Stored { endpoint, .. }
            | Act::Tokens { endpoint, .. }
            | Act::Removed { endpoint, .. }
            | Act::Cleared { endpoint }
            | Act::Started { endpoint, .. } => {
                let Some(at) = at(endpoint) else { continue };
                let (_, endpoint, sequence) = &mut endpoints[at];
                *sequence += 1;
                let scope = Scope::new("m");
                let (some, tokens): (Vec<u64>, Vec<u32>);
                let change = match act {
                    Act::Stored { hashes, parent, tier: t, skip, .. } => {
                        *sequence += u64::from(*skip);
                        some = wide(hashes);
                        named.extend(some.iter().map(|hash| (*hash).max(1)));
                        KvChange::Stored { hashes: &some, parent: parent.map(u64::from), tier: tier(*t) }
                    }
                    Act::Tokens { names, tokens: ids, parent, .. } => {
                        tokens_came = true;
                        some = wide(names);
                        tokens = ids.iter().map(|token| u32::from(*token)).collect();
                        let parent = parent.map(u64::from);
                        KvChange::StoredTokens {
                            names: &some,
                            tokens: &tokens,
                            parent,
                            tier: Tier::Device,
                            scope: &scope,
                        }
                    }
                    Act::Removed { hashes, tier: t, .. } => {
                        some = wide(hashes);
                        KvChange::Removed { hashes: &some, tier: tier(*t) }
                    }
                    Act::Started { sequence: anew, .. } => {
                        *sequence = *anew >> 1;
                        KvChange::Started
                    }
                    _ => KvChange::Cleared,
                };
                precise.apply(&KvEvent { endpoint: *endpoint, sequence: *sequence, change }).unwrap();
                precise.orphans(*endpoint).unwrap();
            }
            Act::Look { hashes } => {
                let positions: Vec<u16> = (0..256).collect();
                let (mut lengths, mut matches) = ([0; 256], [PrefixMatch::default(); 256]);
                hasher.hash(&Scope::default(), Prompt::Blocks(&wide(hashes)), &mut hashes_of);
                approximate.lengths(&hashes_of, &positions, &mut lengths);
                precise.matches(&hashes_of, &positions, &mut matches);
                for blocks in lengths.into_iter().chain(matches.map(|found| found.blocks)) {
                    assert!(blocks as usize <= hashes.len());
                    if let Some(last) = (blocks as usize).checked_sub(1).filter(|_| !tokens_came) {
                        assert!(named.contains(&hashes_of.as_slice()[last]));
                    }
                }
                approximate.held_blocks(&hashes_of, &positions, &mut lengths);
            }
            Act::Hash { dialect, block_tokens, text, model, salt } => {
                let dialect = HashDialect::ALL[usize::from(*dialect) % HashDialect::ALL.len()];
                let options = HashOptions::default().dialect(dialect).block_tokens(u32::from(*block_tokens));
                let Ok(hasher) = PrefixHasher::try_new(&options) else { continue };
                let scope = Scope::new(model).salt(salt);
                hasher.hash(&scope, Prompt::Text(text), &mut hashes_of);
                let mut pieces = BlockHashes::new();
                let mut pushed = hasher.text(&scope, &mut pieces);
                text.chunks(5).for_each(|piece| pushed.push(piece));
                pushed.finish();
                assert_eq!(hashes_of.as_slice(), pieces.as_slice());
            }
            Act::Sweep => approximate.sweep(),
            Act::Add { .. } => {}
        }
        assert!(approximate.memory_bytes() <= BUDGET && precise.memory_bytes() <= BUDGET);
    }
    for (a, b, _) in endpoints {
        approximate.remove_endpoint(a).unwrap();
        precise.remove_endpoint(b).unwrap();
    }
    assert_eq!((approximate.memory_bytes(), precise.memory_bytes()), start);
});
