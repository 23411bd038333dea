//! Requests in bursts and silences, as Azure's code completion trace has them: minutes without any, minutes with hundreds, dozens within a second; prompts
//! of 2,000 tokens in the mean and never above 7,437, answers of 13 in the median; no prefix is shared.

use super::session::{Loop, Session, workload};
use super::text::{Mint, Text};
use super::{Draw, Workload};

/// The workload of this seed.
pub(super) fn generate(seed: u64, requests: usize) -> Workload {
    let (mut draw, mut mint) = (Draw::of("bursts", seed), Mint::default());
    // The end of the minute, seconds between its bursts, what is left of a burst.
    let (mut clock, mut minute, mut pause, mut left) = (0.0, 0.0, 1.0, 0_usize);
    workload("bursts", Loop::Open, requests, || {
        if left > 0 {
            clock += draw.exponential(0.03);
        } else {
            clock += draw.exponential(pause);
            while clock > minute {
                clock = clock.max(minute);
                minute += 60.0;
                if draw.chance(0.2) {
                    clock = minute;
                } else {
                    pause = 60.0 / draw.lognormal(16.0, 1.0).clamp(0.5, 120.0);
                }
            }
            left = draw.geometric(9.0);
        }
        left -= 1;
        let text = Text::new(draw.tokens(1_450.0, 1.1, 17, 7_437), &mut mint);
        let output = if draw.chance(0.03) {
            draw.tokens(250.0, 0.8, 6, 1_899)
        } else {
            draw.tokens(14.0, 0.8, 6, 1_899)
        };
        Session::single(clock, &text, output)
    })
}
