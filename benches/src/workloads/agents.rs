//! Coding agents: sessions of some twenty turns over a context that grows by answers and by what tools return, closed loop with short times to think.
//! Lengths as in public agent traces: first prompts of 20,000 tokens, up to 80,000 later, nine tenths of them asked before.

use super::session::{Loop, Session, Turn, workload};
use super::text::{Mint, Text};
use super::{Draw, Workload, Zipf};

/// Tokens after which an agent begins again with a summary.
const LIMIT: u32 = 80_000;

/// The workload of this seed.
pub(super) fn generate(seed: u64, requests: usize) -> Workload {
    let (mut draw, mut mint, mut clock) = (Draw::of("agent-sessions", seed), Mint::default(), 0.0);
    let tools: Vec<Text> =
        (0..4).map(|_| Text::new(draw.tokens(10_000.0, 0.3, 4_000, 20_000), &mut mint)).collect();
    let popular = Zipf::new(tools.len(), 1.0);
    workload("agent-sessions", Loop::Closed, requests, || {
        clock += draw.exponential(12.0);
        let tool = &tools[popular.draw(&mut draw)];
        let mut text = tool.with(draw.tokens(7_000.0, 0.9, 200, 50_000), &mut mint);
        let mut turns = Vec::new();
        for turn in 0..draw.tokens(20.0, 0.8, 3, 60) {
            let think = if turn == 0 { 0.0 } else { draw.lognormal(7.0, 1.1).min(60.0) };
            let output = draw.tokens(210.0, 0.8, 40, 2_000);
            turns.push(Turn::asking(&text, think, output));
            text.grow(output + draw.tokens(350.0, 1.5, 16, 40_000), &mut mint);
            if text.tokens() > LIMIT {
                text = tool.with(draw.tokens(4_000.0, 0.4, 1_000, 10_000), &mut mint);
            }
        }
        Session { start: clock, tenant: 0, adapter: None, turns }
    })
}
