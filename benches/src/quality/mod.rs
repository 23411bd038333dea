//! The quality protocol: strategies against each other in cells of the simulator, with paired seeds, figures, intervals, bars and a report.

mod bars;
mod bootstrap;
mod capacity;
mod cell;
mod compare;
mod flood;
mod matrix;
mod metric;
mod metrics;
mod progress;
mod report;
mod results;
mod runner;
mod shipped;
mod strategy;
mod sustained;
mod table;

pub use bars::{Bar, Cast, Check, Limit, Verdict, bars};
pub use bootstrap::Interval;
pub use cell::{Cell, Pool, SLOWER, Upset};
pub use compare::{Rival, best, interval, worst};
pub use matrix::{AGENT_LOADS, LOADS, Plan, is_agents, is_overload};
pub use metric::Metric;
pub use metrics::{Figures, QUANTILES, TPOT_GOAL, TTFT_GOAL};
pub use progress::Progress;
pub use report::page;
pub use results::{Results, Row};
pub use runner::{Heard, QualityError, run_all};
pub use shipped::factor;
pub use strategy::{Role, Site, Strategy};
pub use table::{bars_table, cell_table, ratio_table};
