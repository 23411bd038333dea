//! Tool callers, as in Mooncake's tool and agent trace: long tool descriptions that many share, short tasks of one to a few turns, prompts of 8,600 tokens
//! and answers of 180 in the mean; six tenths of the prompt tokens were asked before.

use super::session::{Loop, Session, Turn, workload};
use super::text::{Mint, Text};
use super::{Draw, Workload, Zipf};

/// The workload of this seed.
pub(super) fn generate(seed: u64, requests: usize) -> Workload {
    let (mut draw, mut mint, mut clock) = (Draw::of("tool-agents", seed), Mint::default(), 0.0);
    let tools: Vec<Text> =
        (0..60).map(|_| Text::new(draw.tokens(4_300.0, 0.3, 1_000, 20_000), &mut mint)).collect();
    let popular = Zipf::new(tools.len(), 1.1);
    workload("tool-agents", Loop::Open, requests, || {
        clock += draw.exponential(0.25);
        let tool = &tools[popular.draw(&mut draw)];
        let mut text = tool.with(draw.tokens(1_800.0, 1.2, 16, 60_000), &mut mint);
        let turns = (0..draw.geometric(1.3))
            .map(|turn| {
                let think = if turn == 0 { 0.0 } else { draw.lognormal(2.0, 0.8) };
                let output = draw.tokens(100.0, 1.1, 2, 2_000);
                let asked = Turn::asking(&text, think, output);
                text.grow(output + draw.tokens(400.0, 1.2, 8, 20_000), &mut mint);
                asked
            })
            .collect();
        Session { start: clock, tenant: 0, adapter: None, turns }
    })
}
