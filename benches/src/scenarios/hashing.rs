//! `hash/<what>/<bytes>`: a prompt to the chain of its block hashes, in the project's own dialect and in the others.

use std::hint::black_box;

use inferroute::{BlockHashes, HashDialect, HashOptions, PrefixHasher, Prompt, Scope};

use super::Scenario;

/// The hasher of a dialect, with a key where it has one.
pub(super) fn hasher(dialect: HashDialect) -> PrefixHasher {
    PrefixHasher::try_new(&HashOptions::default().dialect(dialect).key(0x5EC2E7)).expect("options in range")
}

/// Tokens that are those of no other seed.
pub(super) fn tokens(seed: u32, count: u32) -> Vec<u32> {
    (0..count).map(|n| (n ^ seed).wrapping_mul(2_654_435_761) >> 15).collect()
}

pub(super) fn list() -> Vec<Scenario> {
    let mut list = Vec::new();
    for count in [1 << 10, 8 << 10, 32 << 10] {
        let bytes = 4 * count as usize;
        let scenario = Scenario::new(format!("hash/tokens/{count}"), move || {
            let (hasher, tokens, mut out) =
                (hasher(HashDialect::Inferroute), tokens(1, count), BlockHashes::new());
            let scope = Scope::new("llama-3-8b").tenant("acme");
            Box::new(move || {
                hasher.hash(&scope, Prompt::Tokens(black_box(&tokens)), &mut out);
                out.as_slice().last().copied().unwrap_or_default()
            })
        });
        list.push(scenario.bytes(bytes).counted());
    }
    for bytes in [4 << 10, 128 << 10, 1 << 20] {
        let scenario = Scenario::new(format!("hash/text/{bytes}"), move || {
            let text = "The quick brown fox jumps over the lazy dog. ".repeat(bytes / 45 + 1);
            let (hasher, mut out) = (hasher(HashDialect::Inferroute), BlockHashes::new());
            let scope = Scope::new("llama-3-8b").tenant("acme");
            Box::new(move || {
                hasher.hash(&scope, Prompt::Text(black_box(&text.as_bytes()[..bytes])), &mut out);
                out.as_slice().last().copied().unwrap_or_default()
            })
        });
        list.push(scenario.bytes(bytes.min(128 << 10)));
    }
    for dialect in HashDialect::ALL {
        let scenario =
            Scenario::new(format!("hash-{dialect}/tokens/32768", dialect = dialect.as_str()), move || {
                let (hasher, tokens, mut out) = (hasher(*dialect), tokens(1, 32 << 10), BlockHashes::new());
                let scope = Scope::new("llama-3-8b").tenant("acme");
                Box::new(move || {
                    hasher.hash(&scope, Prompt::Tokens(black_box(&tokens)), &mut out);
                    out.as_slice().last().copied().unwrap_or_default()
                })
            });
        list.push(scenario.bytes(128 << 10));
    }
    list
}
