//! How much of the request's prompt each endpoint of a pool probably holds.

use std::cmp::Ordering;

use smallvec::SmallVec;

use crate::convert::number;
use crate::prefix::{BlockHashes, Prompt, Scope};
use crate::state::{Members, PrefixKnowledge};

/// Blocks that members hold of the prompt's beginning.
pub(super) struct Held<'r> {
    /// By position.
    lengths: &'r [u32],
    /// The positions of those that hold any, each once.
    holders: &'r [u16],
    blocks: u32,
    block_tokens: u32,
}

/// What is found stands here. Of up to `ROOM` members on the stack.
pub(super) struct Found<const ROOM: usize> {
    lengths: SmallVec<[u32; ROOM]>,
    holders: SmallVec<[u16; ROOM]>,
}

/// How much of the prompt an endpoint holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PrefixMatch {
    /// Blocks that it holds without a gap from the first.
    pub(super) matched: u32,
    /// Blocks of the prompt.
    pub(super) total: u32,
    /// Tokens a block.
    pub(super) block_tokens: u32,
}

/// The most that is held of a prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MostHeld {
    /// Tokens, all of the prompt at most.
    pub(super) tokens: u32,
    /// Who holds as many.
    pub(super) holders: u32,
    /// Who holds fewer.
    pub(super) others: u32,
}

impl MostHeld {
    /// Of what several hold; each holds some of it.
    pub(super) fn of(held: impl Iterator<Item = u32>) -> Self {
        held.fold(Self::default(), |Self { tokens, holders, others }, held| match held.cmp(&tokens) {
            Ordering::Less => Self { tokens, holders, others: others + 1 },
            Ordering::Equal => Self { tokens, holders: holders + 1, others },
            Ordering::Greater => Self { tokens: held, holders: 1, others: others + holders },
        })
    }
}

impl PrefixMatch {
    /// The share of the prompt's blocks, 0..=1.
    #[inline]
    pub(super) fn share(self) -> f64 {
        if self.total == 0 { 0.0 } else { f64::from(self.matched) / f64::from(self.total) }
    }

    /// Tokens of the prompt that the endpoint need not work off.
    pub(super) fn tokens(self) -> u32 {
        self.matched.saturating_mul(self.block_tokens)
    }
}

impl<const ROOM: usize> Found<ROOM> {
    /// Nothing yet. Written where it stands: moving it would copy all of it.
    #[inline(always)]
    pub(super) fn new() -> Self {
        Self { lengths: SmallVec::new(), holders: SmallVec::new() }
    }

    /// Hashes the prompt and looks the hashes up for all members at once.
    pub(super) fn look_up(
        &mut self,
        knowledge: &PrefixKnowledge,
        members: &Members,
        scope: &Scope<'_>,
        prompt: Prompt<'_>,
        hashes: &mut BlockHashes,
    ) -> Held<'_> {
        knowledge.hasher.hash(scope, prompt, hashes);
        self.lengths.resize(members.endpoints.len(), 0);
        knowledge
            .lengths(hashes, &members.seating, &mut self.lengths, |position| self.holders.push(position));
        self.held(number(hashes.as_slice().len()), knowledge.hasher.block_tokens())
    }

    /// The same where nobody wants the hashes afterwards. Apart, because they take 16 KiB of the stack.
    #[inline(never)]
    pub(super) fn look_up_alone(
        &mut self,
        knowledge: &PrefixKnowledge,
        members: &Members,
        scope: &Scope<'_>,
        prompt: Prompt<'_>,
    ) -> Held<'_> {
        self.look_up(knowledge, members, scope, prompt, &mut BlockHashes::new())
    }

    pub(super) fn held(&self, blocks: u32, block_tokens: u32) -> Held<'_> {
        Held { lengths: &self.lengths, holders: &self.holders, blocks, block_tokens }
    }

    /// As if an index had answered with `lengths`.
    #[cfg(test)]
    pub(super) fn of(lengths: &[u32]) -> Self {
        let holders = (0..).zip(lengths).filter(|(_, length)| **length > 0).map(|(position, _)| position);
        Self { lengths: lengths.into(), holders: holders.collect() }
    }
}

impl Held<'_> {
    /// By position, and what all of the prompt is. `None` where nothing is known of the prompt.
    #[inline]
    pub(super) fn all(&self) -> Option<(&[u32], PrefixMatch)> {
        let whole = PrefixMatch { matched: self.blocks, total: self.blocks, block_tokens: self.block_tokens };
        (!self.lengths.is_empty()).then_some((self.lengths, whole))
    }

    /// The positions of the members that hold anything of the prompt.
    #[inline]
    pub(super) fn holders(&self) -> &[u16] {
        self.holders
    }

    /// The most that those hold of a prompt of so many tokens whose position is meant.
    #[inline]
    pub(super) fn most(&self, prompt: u32, is_meant: impl Fn(usize) -> bool) -> MostHeld {
        let meant = self.holders.iter().map(|position| usize::from(*position)).filter(|at| is_meant(*at));
        MostHeld::of(meant.map(|position| self.by(position).map_or(0, PrefixMatch::tokens).min(prompt)))
    }

    /// `None` where nothing is known of the prompt.
    #[inline]
    pub(super) fn by(&self, position: usize) -> Option<PrefixMatch> {
        let matched = *self.lengths.get(position)?;
        Some(PrefixMatch { matched, total: self.blocks, block_tokens: self.block_tokens })
    }
}

#[cfg(test)]
mod tests {
    use super::MostHeld;

    #[test]
    fn who_holds_the_most_is_counted_apart_from_who_holds_less() {
        let of = |held: &[u32]| {
            let MostHeld { tokens, holders, others } = MostHeld::of(held.iter().copied());
            (tokens, holders, others)
        };
        assert_eq!(of(&[]), (0, 0, 0));
        assert_eq!(of(&[32, 64, 16, 64, 64]), (64, 3, 2));
        assert_eq!(of(&[64, 64, 80]), (80, 1, 2));
    }
}
