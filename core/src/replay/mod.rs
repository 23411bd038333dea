//! Decisions that can be made again: what to write down of them, and the player that repeats them and says where they come out differently.

mod journal;
mod player;
mod record;

pub use journal::{Entry, Journal};
pub use player::{Divergence, Player};
pub use record::{AnswerRecord, AttemptRecord, DecisionRecord, RequestRecord};
