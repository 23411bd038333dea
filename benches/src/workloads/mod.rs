//! What the clients of the simulator ask for: public traces, where they are at hand, and seeded generators, with which a bare clone runs everything.

mod agents;
mod azure;
mod bursts;
mod chat;
mod draw;
mod hot;
mod lora;
mod mooncake;
mod problem;
mod recipe;
mod session;
mod system_prompts;
mod tenants;
mod text;
mod tool_agents;
mod traces;
mod weka;

pub use draw::{Draw, Zipf};
pub use problem::{LineProblem, MOST_BYTES, MOST_REQUESTS, MOST_TOKENS, TraceError};
pub use recipe::{RECIPES, Recipe, by_name};
pub use traces::directory;

use crate::sim::Workload;
