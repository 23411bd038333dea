//! Asking an index who holds how much of a prompt.

use std::hint::black_box;

use dynamo_kv_router::indexer::SyncIndexer;
use inferroute::{ApproximateIndex, ApproximateOptions, BlockHashes, Prompt, Scope};
use kv_index::{ChainIndex, ContentHash, TokenTree, compute_request_content_hashes};
use tokio::runtime::Runtime;

use crate::hashing::{BLOCK, hasher};
use crate::measure::Contender;
use crate::ours::tokens;
use crate::peer_index::{DynamoTrees, Held, chain_index, dynamo_hashes};
use crate::report::Report;

pub fn run(report: &mut Report, runtime: &Runtime) {
    report.group(
        "Look a prompt up",
        &[
            "Every endpoint holds 16,384 tokens of its own; one in eight holds the prompt, each up to a length of its own. Asked for all endpoints at once.",
            "`walk`: with the hashes there already. `hash + walk`: from tokens. kv-index with the argmax that its gateway takes; its TokenTree answers with one",
            "holder only and needs no hashes. inferroute also writes a length for each endpoint of the pool; dynamo answers with a new map.",
        ],
    );
    for endpoints in [8, 64, 512] {
        for (name, count) in [("8k", 8 << 10), ("32k", 32 << 10)] {
            let prompt = tokens(5, count);
            let held = held(endpoints, &prompt);
            let longest = held
                .iter()
                .filter(|(_, has)| has[..BLOCK] == prompt[..BLOCK])
                .map(|(_, has)| has.len() / BLOCK)
                .max();
            let asked = Asked {
                prompt: &prompt,
                endpoints,
                longest: longest.expect("somebody holds it"),
                ours: ours(&held, endpoints),
                dynamo: DynamoTrees::holding(&held, runtime),
                chain: chain_index(&held, endpoints),
                tree: token_tree(&held),
            };
            asked.walk(report, &format!("{name}, {endpoints}, walk"));
            asked.hash_and_walk(report, &format!("{name}, {endpoints}, both"));
        }
    }
}

/// What each endpoint holds: a prompt of its own, and one in eight some of the prompt.
pub fn held(endpoints: usize, prompt: &[u32]) -> Held {
    let own = |n| (n, tokens(n as u32 * 4096 + 77_000, 16 << 10));
    let blocks = prompt.len() / BLOCK;
    let some = (0..endpoints)
        .step_by(8)
        .map(|n| (n, prompt[..(blocks - n * blocks / endpoints / 2) * BLOCK].to_vec()));
    (0..endpoints).map(own).chain(some).collect()
}

fn ours(held: &Held, endpoints: usize) -> ApproximateIndex {
    let index = ApproximateIndex::try_new(&ApproximateOptions::default()).expect("options in range");
    let ids: Vec<_> = (0..endpoints).map(|_| index.add_endpoint(None).expect("below 4,096")).collect();
    let mut hashes = BlockHashes::new();
    for (n, tokens) in held {
        hasher().hash(&Scope::new("model"), Prompt::Tokens(tokens), &mut hashes);
        index.insert(ids[*n], &hashes).expect("the endpoint is there");
    }
    index
}

fn token_tree(held: &Held) -> TokenTree {
    let tree = TokenTree::new();
    for (n, tokens) in held {
        tree.insert_tokens(tokens, &format!("http://vllm-{n:04}:8000"));
    }
    tree
}

/// The most blocks that an endpoint holds, as the gateway of kv-index asks for it.
fn most(index: &ChainIndex, contents: &[ContentHash]) -> (u32, u32) {
    let mut best = (0, 0);
    index.score_into(
        contents,
        |content| content.0,
        false,
        |worker, score| {
            if score > best.1 {
                best = (worker, score);
            }
        },
    );
    best
}

/// Indexes that hold the same, and the prompt that they are asked for.
struct Asked<'a> {
    prompt: &'a [u32],
    endpoints: usize,
    /// The most blocks of it that an endpoint holds.
    longest: usize,
    ours: ApproximateIndex,
    dynamo: DynamoTrees,
    chain: ChainIndex,
    tree: TokenTree,
}

impl Asked<'_> {
    fn walk(&self, report: &mut Report, workload: &str) {
        let Self { ours, dynamo, chain, tree, .. } = self;
        let positions: Vec<u16> = (0..4096).collect();
        let mut lengths = vec![0_u32; self.endpoints];
        let mut hashes = BlockHashes::new();
        hasher().hash(&Scope::new("model"), Prompt::Tokens(self.prompt), &mut hashes);
        let local = dynamo_hashes(self.prompt);
        let contents = compute_request_content_hashes(self.prompt, BLOCK);
        // All say the same.
        ours.lengths(&hashes, &positions, &mut lengths);
        let longest = self.longest as u32;
        assert_eq!(lengths.iter().max(), Some(&longest));
        for scores in [
            dynamo.compressed.backend().find_matches(&local, false),
            dynamo.positional.backend().find_matches(&local, false),
            dynamo.radix.find_matches(local.clone(), false),
        ] {
            assert_eq!(scores.scores.values().max(), Some(&longest));
        }
        assert_eq!(most(chain, &contents).1, longest);
        assert_eq!(tree.match_prefix_with_counts(self.prompt).matched_token_count, self.longest * BLOCK);
        report.measure(
            workload,
            vec![
                Contender::new("inferroute", || ours.lengths(black_box(&hashes), &positions, &mut lengths)),
                Contender::new("dynamo-kv-router, concurrent compressed radix tree", || {
                    dynamo.compressed.backend().find_matches(black_box(&local), false)
                }),
                Contender::new("dynamo-kv-router, positional indexer (32)", || {
                    dynamo.positional.backend().find_matches(black_box(&local), false)
                }),
                Contender::new("dynamo-kv-router, radix tree (copies the hashes)", || {
                    dynamo.radix.find_matches(black_box(&local).clone(), false)
                }),
                Contender::new("kv-index, chain index and argmax", || most(chain, black_box(&contents))),
                Contender::new("kv-index, token tree, one holder", || {
                    tree.match_prefix_with_counts(black_box(self.prompt))
                }),
            ],
        );
    }

    fn hash_and_walk(&self, report: &mut Report, workload: &str) {
        let Self { ours, dynamo, chain, .. } = self;
        let positions: Vec<u16> = (0..4096).collect();
        let mut lengths = vec![0_u32; self.endpoints];
        let (hasher, mut hashes) = (hasher(), BlockHashes::new());
        report.measure(
            workload,
            vec![
                Contender::new("inferroute", || {
                    hasher.hash(&Scope::new("model"), Prompt::Tokens(black_box(self.prompt)), &mut hashes);
                    ours.lengths(&hashes, &positions, &mut lengths);
                }),
                Contender::new("dynamo-kv-router, concurrent compressed radix tree", || {
                    dynamo.compressed.backend().find_matches(&dynamo_hashes(black_box(self.prompt)), false)
                }),
                Contender::new("kv-index, chain index and argmax", || {
                    most(chain, &compute_request_content_hashes(black_box(self.prompt), BLOCK))
                }),
            ],
        );
    }
}
