//! What the prefix index refuses, and what to do about it.

use thiserror::Error;

/// Why options or an endpoint were refused. Nothing has changed when one of these comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PrefixError {
    /// The block size is not in 1..=4096 tokens.
    #[error("blocks of {0} tokens: give 1 to 4096, best the block size of the engines")]
    BlockTokens(u32),
    /// The cap on blocks is not in 1..=65536.
    #[error("at most {0} blocks a prompt: give 1 to 65536")]
    MaxBlocks(u32),
    /// AIBrix seeds its hashes with a number.
    #[error("the seed of the dialect aibrix is not a number: give 0 to 2^64 - 1 in decimal digits")]
    Seed,
    /// The byte budget does not hold even the starting table.
    #[error("a budget of {0} bytes: give at least 1048576")]
    Budget(usize),
    /// An endpoint's capacity is 0 blocks.
    #[error("a capacity of 0 blocks: give the number of KV blocks of the engine, or leave the default")]
    Capacity,
    /// A weight of a tier is negative or not a number.
    #[error(
        "the weight of a tier is not in 0..=1: give 1 for what costs nothing to reuse and 0 for what saves nothing"
    )]
    TierWeight,
    /// All 4,096 ids are in use, or the budget has no room for more of them.
    #[error(
        "the index has no room for another endpoint (4096 at most, fewer in a small budget): give another pool its own index"
    )]
    Full,
    /// The id was never handed out, or its endpoint has gone.
    #[error("no endpoint of the index has this id: add the endpoint first")]
    UnknownEndpoint,
}
