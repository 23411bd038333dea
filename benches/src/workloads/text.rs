//! Prompts that grow and fork, as the blocks that an engine would see.

/// Tokens a block in all generated workloads.
pub(super) const BLOCK: u32 = 64;

/// Gives every block that is not shared its own number.
#[derive(Debug, Default)]
pub(super) struct Mint {
    next: u64,
}

/// A text: its tokens, and its full blocks.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    tokens: u32,
    full: Vec<u64>,
}

impl Text {
    /// A new text of its own.
    pub(super) fn new(tokens: u32, mint: &mut Mint) -> Self {
        let mut text = Self::default();
        text.grow(tokens, mint);
        text
    }

    /// Appends new tokens. A clone that grows otherwise shares the blocks that were full before, and no later ones.
    pub(super) fn grow(&mut self, tokens: u32, mint: &mut Mint) {
        self.tokens = self.tokens.saturating_add(tokens);
        while self.full.len() < (self.tokens / BLOCK) as usize {
            self.full.push(mint.next);
            mint.next += 1;
        }
    }

    /// This text with new tokens behind it.
    pub(super) fn with(&self, tokens: u32, mint: &mut Mint) -> Self {
        let mut text = self.clone();
        text.grow(tokens, mint);
        text
    }

    /// How long it is.
    pub(super) fn tokens(&self) -> u32 {
        self.tokens
    }

    /// Its full blocks.
    pub(super) fn blocks(&self) -> Box<[u64]> {
        self.full.as_slice().into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Mint, Text};

    #[test]
    fn forks_share_what_was_full_before() {
        let mut mint = Mint::default();
        let base = Text::new(130, &mut mint);
        assert_eq!((base.tokens(), base.blocks().len()), (130, 2));
        let (one, other) = (base.with(62, &mut mint), base.with(200, &mut mint));
        assert_eq!(*one.blocks(), [0, 1, 2]);
        assert_eq!(*other.blocks(), [0, 1, 3, 4, 5]);
    }
}
