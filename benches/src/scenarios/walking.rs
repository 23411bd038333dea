//! `walk/<who holds what>/<endpoints>`: how much each endpoint holds of a prompt of 32,768 tokens; `walk-events/..` from what engines told. `insert/..`: what a
//! prompt that was sent adds.

use std::hint::black_box;

use inferroute::{
    ApproximateIndex, ApproximateOptions, BlockHashes, HashDialect, KvChange, KvEvent, PreciseIndex,
    PreciseOptions, PrefixMatch, Prompt, Scope, Tier,
};

use super::Scenario;
use super::hashing::{hasher, tokens};

const TOKENS: u32 = 32 << 10;

pub(super) fn hashed(tokens: &[u32]) -> BlockHashes {
    let mut out = BlockHashes::new();
    hasher(HashDialect::Inferroute).hash(&Scope::new("model"), Prompt::Tokens(tokens), &mut out);
    out
}

fn first(hashes: &BlockHashes, count: usize) -> BlockHashes {
    let mut out = BlockHashes::new();
    let some = &hashes.as_slice()[..count.min(hashes.as_slice().len())];
    hasher(HashDialect::Inferroute).hash(&Scope::default(), Prompt::Blocks(some), &mut out);
    out
}

/// An index in which every endpoint holds some 4,000 blocks of its own besides what `held` says of the prompt.
fn approximate(endpoints: usize, prompt: &BlockHashes, held: impl Fn(usize) -> usize) -> ApproximateIndex {
    let index = ApproximateIndex::try_new(&ApproximateOptions::default()).expect("options in range");
    for n in 0..endpoints {
        let id = index.add_endpoint(None).expect("below 4096");
        for own in 0..4 {
            index.insert(id, &hashed(&tokens((n * 4 + own) as u32 + 77, 16 << 10))).expect("present");
        }
        index.insert(id, &first(prompt, held(n))).expect("present");
    }
    index
}

/// An index whose endpoints told that they hold the prompt but for its end, and other blocks.
pub(super) fn precise(endpoints: usize, prompt: &BlockHashes) -> PreciseIndex {
    let hasher = hasher(HashDialect::Inferroute);
    let index = PreciseIndex::try_new(&PreciseOptions::default(), hasher).expect("options in range");
    for n in 0..endpoints {
        let endpoint = index.add_endpoint().expect("below 4096");
        let own = hashed(&tokens(n as u32 + 77, 16 << 10));
        for (sequence, hashes) in [(0, &own), (1, &first(prompt, prompt.as_slice().len() - n))] {
            let change = KvChange::Stored { hashes: hashes.as_slice(), parent: None, tier: Tier::Device };
            index.apply(&KvEvent { endpoint, sequence, change }).expect("present");
        }
    }
    index
}

/// How many blocks an endpoint holds, by its number and the blocks of the prompt.
type Held = fn(usize, usize) -> usize;

/// By name, how many of so many blocks endpoint n holds: none; one endpoint in eight nearly all; the same besides a system prompt that all hold; all of
/// it; a length of its own.
const HOLDERS: [(&str, Held); 5] = [
    ("cold", |_, _| 0),
    ("warm", |n, blocks| if n % 8 == 0 { blocks - n } else { 0 }),
    ("shared", |n, blocks| if n % 8 == 0 { blocks - n } else { 128 }),
    ("same", |_, blocks| blocks),
    ("lengths", |n, blocks| 1 + (n * 7919) % blocks),
];

pub(super) fn list() -> Vec<Scenario> {
    let mut list = Vec::new();
    for (name, held) in HOLDERS {
        for endpoints in [8, 64, 512] {
            let scenario = Scenario::new(format!("walk/{name}/{endpoints}"), move || {
                let prompt = hashed(&tokens(5, TOKENS));
                let blocks = prompt.as_slice().len();
                let index = approximate(endpoints, &prompt, |n| held(n, blocks));
                let positions: Vec<u16> = (0..4096).collect();
                let mut lengths = vec![0_u32; endpoints];
                Box::new(move || {
                    index.lengths(black_box(&prompt), &positions, &mut lengths);
                    lengths[0].into()
                })
            });
            list.push(if endpoints == 64 && name != "lengths" { scenario.counted() } else { scenario });
        }
    }
    for endpoints in [8, 64, 512] {
        list.push(Scenario::new(format!("walk-events/lengths/{endpoints}"), move || {
            let prompt = hashed(&tokens(5, TOKENS));
            let index = precise(endpoints, &prompt);
            let positions: Vec<u16> = (0..4096).collect();
            let mut matches = vec![PrefixMatch::default(); endpoints];
            Box::new(move || {
                index.matches(black_box(&prompt), &positions, &mut matches);
                matches[0].blocks.into()
            })
        }));
    }
    list.push(Scenario::new("insert/again/2048".into(), || {
        let prompt = hashed(&tokens(5, TOKENS));
        let index = approximate(64, &prompt, |_| 0);
        let id = index.add_endpoint(None).expect("below 4096");
        index.insert(id, &prompt).expect("present");
        Box::new(move || index.insert(id, black_box(&prompt)).map_or(0, |count| count as u64))
    }));
    list.push(
        Scenario::new("insert/new/128".into(), || {
            // More prompts than the endpoint has room for, in turn: each is new when its turn comes.
            let prompts: Vec<BlockHashes> =
                (0..64).map(|n| hashed(&tokens(1_000 + n * 4096, 2048))).collect();
            let index = approximate(64, &prompts[0], |_| 0);
            let id = index.add_endpoint(Some(32 * 128)).expect("below 4096");
            let mut turn = 0;
            Box::new(move || {
                turn += 1;
                index.insert(id, &prompts[turn % prompts.len()]).map_or(0, |count| count as u64)
            })
        })
        .counted(),
    );
    list
}
