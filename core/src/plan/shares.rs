//! Weights turned into running sums, so that a draw is one number and one search.

use crate::rng::DecisionRng;

/// At least one choice, at least one of positive weight.
#[derive(Debug)]
pub(crate) struct Shares {
    /// Sum of the weights up to and including each choice.
    upto: Box<[u64]>,
    total: u64,
}

/// What a draw came to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawn {
    pub(crate) position: usize,
    /// The bound and the number drawn, `None` where there was nothing to draw.
    pub(crate) draw: Option<(u64, u64)>,
}

impl Shares {
    /// `None` where the weights sum to 0.
    pub(crate) fn new(weights: impl IntoIterator<Item = u64>) -> Option<Self> {
        let mut total = 0u64;
        let upto = weights
            .into_iter()
            .map(|weight| {
                total = total.saturating_add(weight);
                total
            })
            .collect();
        (total > 0).then_some(Self { upto, total })
    }

    /// A choice in proportion to its weight; without a draw where there is only one.
    pub(crate) fn draw(&self, rng: &mut DecisionRng) -> Drawn {
        if self.upto.len() == 1 {
            return Drawn { position: 0, draw: None };
        }
        let number = rng.below(self.total);
        Drawn {
            position: self.upto.partition_point(|upto| *upto <= number),
            draw: Some((self.total, number)),
        }
    }
}
