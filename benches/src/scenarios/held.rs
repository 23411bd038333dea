//! `bytes/<what>`: bytes held for each rule, each endpoint, each cached block.

use std::hint::black_box;

use inferroute::{
    ApproximateIndex, ApproximateOptions, HashDialect, HashOptions, KvChange, KvEvent, KvOutcome, Options,
    PreciseIndex, PreciseOptions, PrefixHasher, Tier,
};

use super::hashing::tokens;
use super::walking::hashed;
use super::world;

const RULES: usize = 10_000;
const ENDPOINTS: usize = 4_096;
/// Endpoints that hold cached blocks, and how many each, a million together.
const HOLDERS: usize = 64;
const BLOCKS: usize = 1_000_000 / HOLDERS;

/// All of them by id; `held` says how many bytes the process holds.
pub fn all(held: impl Fn() -> u64) -> Vec<(String, f64)> {
    let grown = |before: u64| held().saturating_sub(before) as f64;
    let text = world::exact_rules(RULES);
    let before = held();
    let router = black_box(world::with_options(&text, 0, &Options::default()));
    let rule = grown(before) / RULES as f64;
    drop(router);
    let before = held();
    let router = black_box(world::with_options(&world::exact_rules(1), ENDPOINTS, &Options::default()));
    let endpoint = grown(before) / ENDPOINTS as f64;
    drop(router);
    let before = held();
    let sent = ApproximateIndex::try_new(&ApproximateOptions::default()).expect("options in range");
    for n in 0..HOLDERS {
        let id = sent.add_endpoint(None).expect("below 4096");
        for hashes in own_blocks(n) {
            let kept = sent.insert(id, &hashes).expect("present");
            assert_eq!(kept, hashes.as_slice().len(), "the budget has room for all");
        }
    }
    let of_sent = grown(before) / (HOLDERS * BLOCKS) as f64;
    drop(sent);
    let before = held();
    let hasher = PrefixHasher::try_new(&HashOptions::default().dialect(HashDialect::Inferroute));
    let told = PreciseIndex::try_new(&PreciseOptions::default(), hasher.expect("options in range"));
    let told = told.expect("options in range");
    for n in 0..HOLDERS {
        let endpoint = told.add_endpoint().expect("below 4096");
        for (sequence, hashes) in (0..).zip(own_blocks(n)) {
            let change = KvChange::Stored { hashes: hashes.as_slice(), parent: None, tier: Tier::Device };
            let outcome = told.apply(&KvEvent { endpoint, sequence, change }).expect("present");
            assert_eq!(outcome, KvOutcome::Applied, "the budget has room for all");
        }
    }
    let of_told = grown(before) / (HOLDERS * BLOCKS) as f64;
    let of = |what: &str, bytes| (format!("bytes/{what}"), bytes);
    vec![
        of("rule", rule),
        of("endpoint", endpoint),
        of("cached-block-sent", of_sent),
        of("cached-block-told", of_told),
    ]
}

/// Prompts of an endpoint's own, [`BLOCKS`] blocks together.
fn own_blocks(endpoint: usize) -> impl Iterator<Item = inferroute::BlockHashes> {
    let prompts = BLOCKS.div_ceil(1_000);
    (0..prompts).map(move |prompt| {
        let blocks = 1_000.min(BLOCKS - prompt * 1_000);
        hashed(&tokens((endpoint * prompts + prompt) as u32 * 65_536, blocks as u32 * 16))
    })
}
