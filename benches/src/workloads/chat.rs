//! Conversations of several turns, each with all before it: lengths as in Mooncake's conversation trace (prompts of 13,000 tokens in the mean, half of
//! them below 8,000; answers of 350; two fifths of the prompt tokens were asked before).

use super::session::{Loop, Session, Turn, workload};
use super::text::{Mint, Text};
use super::{Draw, Workload};

/// Tokens after which a conversation ends.
const LIMIT: u32 = 120_000;

/// By the clock.
pub(super) fn open(seed: u64, requests: usize) -> Workload {
    generate("chat", Loop::Open, seed, requests)
}

/// By the answers.
pub(super) fn closed(seed: u64, requests: usize) -> Workload {
    generate("chat-closed", Loop::Closed, seed, requests)
}

fn generate(name: &str, pace: Loop, seed: u64, requests: usize) -> Workload {
    let (mut draw, mut mint, mut clock) = (Draw::of(name, seed), Mint::default(), 0.0);
    let system = Text::new(512, &mut mint);
    workload(name, pace, requests, || {
        clock += draw.exponential(0.6);
        let mut text = system.with(draw.tokens(5_200.0, 1.3, 16, 100_000), &mut mint);
        let mut turns = Vec::new();
        for turn in 0..draw.geometric(1.5) {
            let think = if turn == 0 { 0.0 } else { draw.lognormal(15.0, 1.0).min(300.0) };
            let output = draw.tokens(290.0, 0.7, 1, 2_000);
            turns.push(Turn::asking(&text, think, output));
            text.grow(output + draw.tokens(300.0, 1.3, 4, 30_000), &mut mint);
            if text.tokens() > LIMIT {
                break;
            }
        }
        Session { start: clock, tenant: 0, adapter: None, turns }
    })
}
