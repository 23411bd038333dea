//! Hashing a prompt into its blocks of 16 tokens.

use std::hint::black_box;

use dynamo_kv_router::protocols::{BlockHashOptions, compute_block_hash_for_seq, compute_seq_hash_for_block};
use inferroute::{BlockHashes, HashOptions, PrefixHasher, Prompt, Scope};
use kv_index::{compute_request_content_hashes, request_prefix_hashes};

use crate::measure::Contender;
use crate::ours::tokens;
use crate::report::Report;

/// Tokens of a block.
pub const BLOCK: usize = 16;

/// Prompts that are hashed, with their names.
pub const LENGTHS: [(&str, usize); 3] = [("1k", 1 << 10), ("8k", 8 << 10), ("32k", 32 << 10)];

pub fn run(report: &mut Report) {
    report.group(
        "Hash a prompt",
        &[
            "inferroute: each hash stands for its block and all before it, under a key of 128 bits and a scope (model, tenant), into a buffer that is reused.",
            "The block hashes of the peers stand for a block alone and know no key; those that stand for all before it too are the second figure of each.",
        ],
    );
    let hasher = &hasher();
    for (name, count) in LENGTHS {
        let prompt = tokens(1, count);
        let prompt = prompt.as_slice();
        let scope = Scope::new("llama-3-8b").tenant("acme");
        let mut out = BlockHashes::new();
        let dynamo =
            || compute_block_hash_for_seq(black_box(prompt), BLOCK as u32, BlockHashOptions::default());
        let kv_index = || compute_request_content_hashes(black_box(prompt), BLOCK);
        report.measure(
            &format!("{name} tokens"),
            vec![
                Contender::new("inferroute", move || hasher_hash(hasher, &scope, prompt, &mut out)),
                Contender::new("dynamo-kv-router, block hashes", dynamo),
                Contender::new("dynamo-kv-router, block and sequence hashes", move || {
                    compute_seq_hash_for_block(&dynamo())
                }),
                Contender::new("kv-index, content hashes", kv_index),
                Contender::new("kv-index, content and prefix hashes", move || {
                    request_prefix_hashes(&kv_index())
                }),
            ],
        );
    }
}

fn hasher_hash(hasher: &PrefixHasher, scope: &Scope<'_>, prompt: &[u32], out: &mut BlockHashes) -> usize {
    hasher.hash(scope, Prompt::Tokens(black_box(prompt)), out);
    out.as_slice().len()
}

/// Our hasher with a key.
pub fn hasher() -> PrefixHasher {
    PrefixHasher::try_new(&HashOptions::default().key(0x5EC2E7)).expect("the options are in range")
}
