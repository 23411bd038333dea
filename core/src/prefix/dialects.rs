//! The dialects of other routers, one block at a time. Sources and dates are with [`HashDialect`].

use std::hash::Hasher;

use twox_hash::XxHash64;

use super::dialect::HashDialect;
use super::scope::Scope;
use crate::convert::wide;
use crate::rng::{FNV_START, fnv};

/// Where a chain stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Chain {
    pub(super) previous: u64,
    /// The hash before `previous`, for the dialects in which it leaks into the next block.
    before: u64,
    /// Blocks hashed so far.
    pub(super) blocks: usize,
}

impl Chain {
    pub(super) fn new(root: u64) -> Self {
        Self { previous: root, before: root, blocks: 0 }
    }

    pub(super) fn advance(&mut self, hash: u64) {
        self.before = self.previous;
        self.previous = hash;
        self.blocks += 1;
    }
}

/// The value before the first block.
pub(super) fn root(dialect: HashDialect, seed: u64, scope: &Scope<'_>) -> u64 {
    use HashDialect as D;
    let model = scope.model.as_bytes();
    let salt = scope.salt.as_bytes();
    let (root, unknown) = match dialect {
        D::Inferroute => (0, false),
        D::LlmD | D::LlmDBytes | D::GieV11 => (xxh64(0, &[model, salt]), false),
        D::LlmDXxh64 => (xxh64(0, &[&seed.to_le_bytes(), &wide(model.len()).to_le_bytes(), model]), false),
        D::CborFnv => {
            let mut fnv = Fnv::after_head(seed);
            fnv.null();
            fnv.text(scope.model);
            (fnv.0, false)
        }
        // The model stands before the first block's bytes: see `step`.
        D::GieV10 => (0, true),
        D::GieV05 => (xxh64(0, &[model]), true),
        D::Aibrix => (seed, true),
    };
    // What the other router would leave out of its hashes must not be left out here, or one tenant's prompts would show for another. Without
    // these fields the numbers are its numbers.
    let mut left_out = [
        ("adapter", scope.adapter),
        ("tenant", scope.tenant),
        ("salt", if unknown { scope.salt } else { "" }),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .peekable();
    if left_out.peek().is_none() {
        return root;
    }
    left_out.fold(root, |root, (name, value)| {
        let length = wide(value.len()).to_le_bytes();
        xxh64(0, &[&root.to_le_bytes(), name.as_bytes(), &length, value.as_bytes()])
    })
}

/// The hash of the next block.
pub(super) fn step(dialect: HashDialect, seed: u64, chain: &Chain, scope: &Scope<'_>, block: &[u8]) -> u64 {
    use HashDialect as D;
    let previous = chain.previous.to_le_bytes();
    match dialect {
        D::Inferroute => 0,
        D::LlmD => xxh64(0, &[&XxHash64::oneshot(0, block).to_le_bytes(), &previous]),
        D::LlmDBytes | D::GieV11 => xxh64(0, &[block, &previous]),
        D::LlmDXxh64 => {
            let salt = if chain.blocks == 0 { scope.salt.as_bytes() } else { &[] };
            let length = wide(salt.len()).to_le_bytes();
            let length: &[u8] = if salt.is_empty() { &[] } else { &length };
            xxh64(0, &[&previous, block, length, salt])
        }
        D::CborFnv => {
            let mut fnv = Fnv::after_head(chain.previous);
            let (tokens, _) = block.as_chunks::<4>();
            fnv.head(ARRAY, wide(tokens.len()));
            for token in tokens {
                fnv.head(UNSIGNED, u64::from(u32::from_le_bytes(*token)));
            }
            if chain.blocks == 0 && !scope.salt.is_empty() {
                fnv.head(ARRAY, 1);
                fnv.head(MAP, 1);
                fnv.text("Hash");
                fnv.text(scope.salt);
            } else {
                fnv.null();
            }
            fnv.0
        }
        D::GieV10 if chain.blocks == 0 => {
            // A root other than 0 carries what that router does not know.
            let extra: &[u8] = if chain.previous == 0 { &[] } else { &previous };
            xxh64(0, &[extra, scope.model.as_bytes(), block])
        }
        D::GieV10 => overwritten(block, (chain.blocks > 1).then_some(chain.before), chain.previous),
        D::GieV05 => overwritten(block, (chain.blocks > 0).then_some(chain.before), chain.previous),
        D::Aibrix => xxh64(seed, &[&previous, block]),
    }
}

/// Go's `append(block, previous...)` wrote into the prompt behind the block, so that a block starts with the hash that its predecessor was hashed with.
fn overwritten(block: &[u8], with: Option<u64>, previous: u64) -> u64 {
    let previous = previous.to_le_bytes();
    match with {
        None => xxh64(0, &[block, &previous]),
        Some(with) => {
            let with = with.to_le_bytes();
            let (leaked, _) = with.split_at(with.len().min(block.len()));
            let (_, rest) = block.split_at(leaked.len());
            xxh64(0, &[leaked, rest, &previous])
        }
    }
}

/// XXH64 of the parts, one behind the other.
pub(super) fn xxh64(seed: u64, parts: &[&[u8]]) -> u64 {
    let mut hasher = XxHash64::with_seed(seed);
    for part in parts {
        hasher.write(part);
    }
    hasher.finish()
}

/// FNV-64a of the bytes.
pub(super) fn fnv64a(bytes: &[u8]) -> u64 {
    fnv(FNV_START, bytes)
}

/// CBOR's major types (RFC 8949, section 3.1).
const UNSIGNED: u8 = 0 << 5;
const TEXT: u8 = 3 << 5;
const ARRAY: u8 = 4 << 5;
const MAP: u8 = 5 << 5;
const NULL: u8 = 0xF6;

/// FNV-64a of what would be CBOR, without writing the CBOR.
struct Fnv(u64);

impl Fnv {
    /// Behind `[previous, …`: an array of three and its first item.
    fn after_head(previous: u64) -> Self {
        let mut fnv = Self(FNV_START);
        fnv.head(ARRAY, 3);
        fnv.head(UNSIGNED, previous);
        fnv
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = fnv(self.0, bytes);
    }

    /// A major type with its argument in the fewest bytes, as canonical CBOR wants it.
    fn head(&mut self, major: u8, argument: u64) {
        let [a, b, c, d, e, f, g, h] = argument.to_be_bytes();
        match argument {
            0..=23 => self.write(&[major | h]),
            24..=0xFF => self.write(&[major | 24, h]),
            0x100..=0xFFFF => self.write(&[major | 25, g, h]),
            0x1_0000..=0xFFFF_FFFF => self.write(&[major | 26, e, f, g, h]),
            _ => self.write(&[major | 27, a, b, c, d, e, f, g, h]),
        }
    }

    fn text(&mut self, text: &str) {
        self.head(TEXT, wide(text.len()));
        self.write(text.as_bytes());
    }

    fn null(&mut self) {
        self.write(&[NULL]);
    }
}
