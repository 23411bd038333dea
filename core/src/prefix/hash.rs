//! From a prompt to its chain of block hashes.

use smallvec::SmallVec;

use super::dialect::HashDialect;
use super::dialects;
use super::error::PrefixError;
use super::keyed::{self, Secrets};
use super::scope::Scope;
use super::text::TextHasher;
use crate::convert::{index, number};

/// A prompt as the host has it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Prompt<'a> {
    /// Its text, in UTF-8 as a rule; any bytes will do. Four bytes count as a token.
    Text(&'a [u8]),
    /// Its tokens.
    Tokens(&'a [u32]),
    /// The hashes of its blocks, each of which stands for the block and all before it. They are taken as they are: keeping tenants apart is up to
    /// whoever hashed. A 0 becomes a 1.
    Blocks(&'a [u64]),
}

/// How prompts are hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashOptions {
    dialect: HashDialect,
    block_tokens: u32,
    max_blocks: u32,
    key: u128,
    seed: String,
}

impl Default for HashOptions {
    fn default() -> Self {
        Self {
            dialect: HashDialect::default(),
            block_tokens: 16,
            max_blocks: 2048,
            key: 0,
            seed: String::new(),
        }
    }
}

impl HashOptions {
    /// The dialect; [`HashDialect::Inferroute`] when not given.
    #[must_use]
    pub fn dialect(self, dialect: HashDialect) -> Self {
        Self { dialect, ..self }
    }

    /// Tokens a block, 1 to 4096; 16 when not given, which is vLLM's default too.
    #[must_use]
    pub fn block_tokens(self, block_tokens: u32) -> Self {
        Self { block_tokens, ..self }
    }

    /// Blocks hashed at most, 1 to 65536; 2,048 when not given. What lies behind costs nothing.
    #[must_use]
    pub fn max_blocks(self, max_blocks: u32) -> Self {
        Self { max_blocks, ..self }
    }

    /// The host's secret for [`HashDialect::Inferroute`]: random, the same in all replicas that exchange hashes, never shown to clients. Without one,
    /// clients could calculate prompts whose hashes collide.
    #[must_use]
    pub fn key(self, key: u128) -> Self {
        Self { key, ..self }
    }

    /// What the engines or the other router seed their hashes with (`hashSeed`, `PYTHONHASHSEED`, `AIBRIX_PREFIX_CACHE_HASH_SEED`), for the dialects
    /// that have a seed.
    #[must_use]
    pub fn seed(self, seed: &str) -> Self {
        Self { seed: seed.to_owned(), ..self }
    }
}

/// The hashes of a prompt's leading blocks. Keep one and use it again: up to 2,048 hashes it allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct BlockHashes {
    hashes: SmallVec<[u64; 2048]>,
}

impl BlockHashes {
    /// None yet.
    #[inline]
    pub fn new() -> Self {
        Self { hashes: SmallVec::new() }
    }

    /// Hashes that were read from others before.
    pub(crate) fn of(hashes: &[u64]) -> Self {
        Self { hashes: SmallVec::from_slice(hashes) }
    }

    /// The hashes, first block first. None of them is 0.
    pub fn as_slice(&self) -> &[u64] {
        &self.hashes
    }

    /// Room for `count` more, to be written; 0 until then.
    pub(super) fn extend(&mut self, count: usize) -> &mut [u64] {
        let before = self.hashes.len();
        self.hashes.resize(before + count, 0);
        self.hashes.get_mut(before..).unwrap_or_default()
    }

    pub(super) fn push(&mut self, hash: u64) {
        self.hashes.push(hash.max(1));
    }
}

/// Hashes prompts in one dialect. Make one and keep it.
#[derive(Clone)]
pub struct PrefixHasher {
    pub(super) dialect: HashDialect,
    pub(super) block_tokens: usize,
    pub(super) max_blocks: usize,
    pub(super) seed: u64,
    pub(super) secrets: Secrets,
}

impl std::fmt::Debug for PrefixHasher {
    /// Without the secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrefixHasher")
            .field("dialect", &self.dialect)
            .field("block_tokens", &self.block_tokens)
            .field("max_blocks", &self.max_blocks)
            .finish_non_exhaustive()
    }
}

impl PrefixHasher {
    /// A hasher with these options.
    ///
    /// # Errors
    ///
    /// [`PrefixError::BlockTokens`], [`PrefixError::MaxBlocks`] and [`PrefixError::Seed`], for a value out of its range.
    pub fn try_new(options: &HashOptions) -> Result<Self, PrefixError> {
        if !(1..=4096).contains(&options.block_tokens) {
            return Err(PrefixError::BlockTokens(options.block_tokens));
        }
        if !(1..=65536).contains(&options.max_blocks) {
            return Err(PrefixError::MaxBlocks(options.max_blocks));
        }
        let seed = match options.dialect {
            HashDialect::Aibrix if options.seed.is_empty() => 0,
            HashDialect::Aibrix => options.seed.parse().map_err(|_| PrefixError::Seed)?,
            HashDialect::CborFnv => dialects::fnv64a(options.seed.as_bytes()),
            _ => dialects::xxh64(0, &[options.seed.as_bytes()]),
        };
        Ok(Self {
            dialect: options.dialect,
            block_tokens: index(options.block_tokens),
            max_blocks: index(options.max_blocks),
            seed,
            secrets: Secrets::new(options.key),
        })
    }

    /// Tokens a block.
    pub fn block_tokens(&self) -> u32 {
        number(self.block_tokens)
    }

    /// Puts the hashes of `prompt` into `out`, in place of what was there. Takes time for `max_blocks` blocks at most, however long the prompt is.
    pub fn hash(&self, scope: &Scope<'_>, prompt: Prompt<'_>, out: &mut BlockHashes) {
        match prompt {
            Prompt::Text(text) => {
                let mut hasher = self.text(scope, out);
                hasher.push(text);
                hasher.finish();
            }
            Prompt::Tokens(tokens) => {
                out.hashes.clear();
                let root = self.root(scope, TOKENS);
                self.hash_tokens(scope, root, tokens, out);
            }
            Prompt::Blocks(hashes) => {
                out.hashes.clear();
                for (to, hash) in out.extend(hashes.len().min(self.max_blocks)).iter_mut().zip(hashes) {
                    *to = (*hash).max(1);
                }
            }
        }
    }

    /// Hashes tokens that come after a block whose hash is known, or are a prompt's first.
    pub(super) fn hash_after(
        &self,
        scope: &Scope<'_>,
        previous: Option<u64>,
        tokens: &[u32],
        out: &mut BlockHashes,
    ) {
        out.hashes.clear();
        let root = previous.unwrap_or_else(|| self.root(scope, TOKENS));
        let full = tokens.len() / self.block_tokens * self.block_tokens;
        self.hash_tokens(scope, root, tokens.get(..full).unwrap_or_default(), out);
    }

    /// Hashes a text that comes in pieces, as those of a request body do. The pieces count as one text.
    pub fn text<'h>(&'h self, scope: &'h Scope<'h>, out: &'h mut BlockHashes) -> TextHasher<'h> {
        out.hashes.clear();
        TextHasher::new(self, scope, self.root(scope, TEXT), out)
    }

    fn root(&self, scope: &Scope<'_>, kind: u64) -> u64 {
        match self.dialect {
            HashDialect::Inferroute => self.secrets.root(scope, kind, u64::from(self.block_tokens())),
            dialect => dialects::root(dialect, self.seed, scope),
        }
    }

    fn hash_tokens(&self, scope: &Scope<'_>, root: u64, tokens: &[u32], out: &mut BlockHashes) {
        if self.dialect != HashDialect::Inferroute {
            let mut hasher = TextHasher::new(self, scope, root, out);
            for some in tokens.chunks(64).take(self.max_blocks.saturating_mul(self.block_tokens) / 64 + 1) {
                let bytes: SmallVec<[u8; 256]> = some.iter().flat_map(|token| token.to_le_bytes()).collect();
                hasher.push(&bytes);
            }
            hasher.finish();
            return;
        }
        let blocks = (tokens.len() / self.block_tokens).min(self.max_blocks);
        let secrets = &self.secrets;
        let content = |block: &[u32]| secrets.tokens(block);
        secrets.blocks(root, tokens, self.block_tokens, out.extend(blocks), keyed::token_words, content);
    }
}

/// What a chain is made of: part of the root of our own dialect, so that a text never meets tokens of the same bytes.
const TEXT: u64 = 1;
const TOKENS: u64 = 2;
