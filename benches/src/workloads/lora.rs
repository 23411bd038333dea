//! Sixty-four LoRA adapters of Zipf popularity. Blocks of different adapters are never equal, as in engines that hash the adapter's id.

use super::session::{Loop, Session, workload};
use super::text::{Mint, Text};
use super::{Draw, Workload, Zipf};

/// The workload of this seed.
pub(super) fn generate(seed: u64, requests: usize) -> Workload {
    let (mut draw, mut mint, mut clock) = (Draw::of("lora", seed), Mint::default(), 0.0);
    let systems: Vec<Text> =
        (0..64).map(|_| Text::new(draw.tokens(1_200.0, 0.6, 200, 6_000), &mut mint)).collect();
    let popular = Zipf::new(systems.len(), 1.0);
    workload("lora", Loop::Open, requests, || {
        clock += draw.exponential(0.1);
        let which = popular.draw(&mut draw);
        let text = systems[which].with(draw.tokens(700.0, 1.0, 8, 12_000), &mut mint);
        let adapter = Some(which as u32);
        Session { adapter, ..Session::single(clock, &text, draw.tokens(180.0, 0.8, 1, 1_500)) }
    })
}
