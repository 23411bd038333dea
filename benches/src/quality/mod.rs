//! The quality protocol: strategies against each other in cells of the simulator, with paired seeds, figures, intervals, bars and a report.

mod bootstrap;
mod capacity;
mod cell;
mod compare;
mod flood;
mod metric;
mod metrics;
mod results;
mod strategy;
mod sustained;

pub use bootstrap::Interval;
pub use cell::{Cell, Pool, SLOWER, Upset};
pub use compare::{Rival, best, interval, worst};
pub use metric::Metric;
pub use metrics::{Figures, QUANTILES, TPOT_GOAL, TTFT_GOAL};
pub use results::{Results, Row};
pub use strategy::{Role, Strategy};
pub use sustained::Sustained;
