//! Hashing a text that comes in pieces.

use smallvec::SmallVec;

use super::dialect::HashDialect;
use super::dialects::{self, Chain};
use super::hash::{BlockHashes, PrefixHasher};
use super::keyed;
use super::scope::Scope;

/// Bytes of text that count as a token where there is no tokenizer.
const TOKEN_BYTES: usize = 4;

/// A text on its way to its hashes: see [`PrefixHasher::text`].
#[derive(Debug)]
pub struct TextHasher<'h> {
    hasher: &'h PrefixHasher,
    scope: &'h Scope<'h>,
    chain: Chain,
    /// The bytes behind the last full block.
    pending: SmallVec<[u8; 256]>,
    out: &'h mut BlockHashes,
}

impl<'h> TextHasher<'h> {
    pub(super) fn new(
        hasher: &'h PrefixHasher,
        scope: &'h Scope<'h>,
        root: u64,
        out: &'h mut BlockHashes,
    ) -> Self {
        Self { hasher, scope, chain: Chain::new(root), pending: SmallVec::new(), out }
    }
}

impl TextHasher<'_> {
    /// The next piece of the text. Allocates nothing for blocks of up to 64 tokens.
    pub fn push(&mut self, mut bytes: &[u8]) {
        let block = self.hasher.block_tokens * TOKEN_BYTES;
        if !self.pending.is_empty() {
            let missing = block - self.pending.len();
            let (head, rest) = bytes.split_at(missing.min(bytes.len()));
            self.pending.extend_from_slice(head);
            if self.pending.len() < block {
                return;
            }
            let pending = std::mem::take(&mut self.pending);
            self.blocks(&pending, block);
            bytes = rest;
        }
        if self.is_full() {
            return;
        }
        let (blocks, rest) = bytes.split_at(bytes.len() / block * block);
        self.blocks(blocks, block);
        if !self.is_full() {
            self.pending.extend_from_slice(rest);
        }
    }

    /// Whether more text would change nothing: the cap on blocks is reached.
    pub fn is_full(&self) -> bool {
        self.chain.blocks >= self.hasher.max_blocks
    }

    /// Ends the text. Dialects that hash a trailing partial block do so here.
    pub fn finish(mut self) {
        let mut rest = std::mem::take(&mut self.pending);
        if rest.is_empty() || self.is_full() {
            return;
        }
        match self.hasher.dialect {
            HashDialect::LlmD => {
                rest.resize(rest.len().next_multiple_of(TOKEN_BYTES), 0);
                self.step(&rest);
            }
            HashDialect::LlmDBytes if self.chain.blocks > 0 => self.step(&rest),
            _ => {}
        }
    }

    /// Hashes whole blocks, as many as the cap leaves.
    fn blocks(&mut self, bytes: &[u8], block: usize) {
        let hasher = self.hasher;
        let count = (bytes.len() / block).min(hasher.max_blocks - self.chain.blocks);
        if hasher.dialect != HashDialect::Inferroute {
            for block in bytes.chunks_exact(block).take(count) {
                self.step(block);
            }
            return;
        }
        let (secrets, out) = (&hasher.secrets, self.out.extend(count));
        let content = |block: &[u8]| secrets.content(block);
        self.chain.previous = secrets.blocks(self.chain.previous, bytes, block, out, keyed::words, content);
        self.chain.blocks += count;
    }

    /// Hashes one block in another router's dialect.
    fn step(&mut self, block: &[u8]) {
        let PrefixHasher { dialect, seed, .. } = *self.hasher;
        if dialect == HashDialect::GieV05 && self.chain.blocks == 0 {
            self.out.push(self.chain.previous);
        }
        let hash = dialects::step(dialect, seed, &self.chain, self.scope, block);
        self.chain.advance(hash);
        self.out.push(hash);
    }
}
