//! A hot prefix: half of the requests ask about one document of 12,000 tokens, and every two minutes it is another one. Affinity alone would send them all
//! to one endpoint.

use super::session::{Loop, Session, workload};
use super::text::{Mint, Text};
use super::{Draw, Workload};

/// Seconds for which a document is hot.
const SPELL: f64 = 120.0;

/// The workload of this seed.
pub(super) fn generate(seed: u64, requests: usize) -> Workload {
    let (mut draw, mut mint, mut clock, mut until) = (Draw::of("hot", seed), Mint::default(), 0.0, 0.0);
    let mut document = Text::default();
    workload("hot", Loop::Open, requests, || {
        clock += draw.exponential(0.12);
        while clock >= until {
            until += SPELL;
            document = Text::new(12_000, &mut mint);
        }
        let text = if draw.chance(0.5) {
            document.with(draw.tokens(150.0, 0.9, 8, 4_000), &mut mint)
        } else {
            Text::new(draw.tokens(2_200.0, 1.1, 16, 40_000), &mut mint)
        };
        Session::single(clock, &text, draw.tokens(160.0, 0.9, 1, 1_500))
    })
}
