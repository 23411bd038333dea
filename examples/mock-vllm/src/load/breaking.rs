//! Servers that end, and servers that hang.

use std::time::Instant;

use super::args::Args;
use super::client::Failed;
use super::fleet::{Fleet, POOLS};

/// How often servers were broken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Breaks {
    pub(super) kills: u64,
    pub(super) hangs: u64,
}

/// Kills one server and hangs another of the same pool, for a while, in turn through the fleet. The first time comes a second after the start.
pub(super) async fn break_until(fleet: &Fleet, args: &Args, end: Instant) -> Result<Breaks, Failed> {
    let mut breaks = Breaks::default();
    if !args.faults {
        return Ok(breaks);
    }
    let mut due = Instant::now() + std::time::Duration::from_secs(1);
    let of_pool = fleet.len() / POOLS.len();
    for round in 0.. {
        if due + args.fault_for > end {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        let first = round % POOLS.len() * of_pool;
        let turn = round / POOLS.len();
        let (dead, hung) = (first + turn % of_pool, first + (turn + 1) % of_pool);
        fleet.hang(hung, true).await?;
        breaks.hangs += 1;
        fleet.kill(dead).await?;
        breaks.kills += 1;
        tokio::time::sleep_until((due + args.fault_for).into()).await;
        fleet.revive(dead).await?;
        fleet.hang(hung, false).await?;
        due += args.fault_every;
    }
    Ok(breaks)
}
