//! Single requests behind forty system prompts of a few thousand tokens, some of them far more popular than others.

use super::session::{Loop, Session, workload};
use super::text::{Mint, Text};
use super::{Draw, Workload, Zipf};

/// The workload of this seed.
pub(super) fn generate(seed: u64, requests: usize) -> Workload {
    let (mut draw, mut mint, mut clock) = (Draw::of("system-prompts", seed), Mint::default(), 0.0);
    let prompts: Vec<Text> =
        (0..40).map(|_| Text::new(draw.tokens(3_000.0, 0.7, 500, 16_000), &mut mint)).collect();
    let popular = Zipf::new(prompts.len(), 0.9);
    workload("system-prompts", Loop::Open, requests, || {
        clock += draw.exponential(0.1);
        let which = popular.draw(&mut draw);
        let text = prompts[which].with(draw.tokens(400.0, 1.1, 8, 12_000), &mut mint);
        Session::single(clock, &text, draw.tokens(150.0, 0.9, 1, 1_500))
    })
}
