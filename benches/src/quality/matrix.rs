//! Which cells are run, by whom.

use std::path::Path;

use super::cell::{Cell, Pool, Upset};
use super::strategy::Role;
use crate::workloads::by_name;

/// What is to be run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The cells, and the parts of the strategies that run in each.
    pub entries: Vec<(Cell, Vec<Role>)>,
    /// Seeds a cell, from 1.
    pub seeds: u64,
    /// Requests of a generated workload, for each endpoint of the pool.
    pub requests: usize,
}

/// Loads of a workload without sessions of many turns.
pub const LOADS: [f64; 4] = [0.6, 0.8, 1.0, 1.1];

/// Loads of agents. In a flood least in flight scatters the turns of a session and finds next to nothing in caches, so the flood capacity is low: who
/// keeps sessions together bears somewhat more.
pub const AGENT_LOADS: [f64; 4] = [0.8, 1.0, 1.2, 1.5];

/// Whether it is a workload of agents.
pub fn is_agents(workload: &str) -> bool {
    matches!(workload, "agents" | "agent-sessions")
}

/// Whether a load is beyond what a good strategy bears.
pub fn is_overload(cell: &Cell) -> bool {
    cell.load > if is_agents(&cell.workload) { AGENT_LOADS[2] } else { LOADS[2] }
}

/// The generator that stands for a trace that is not there.
fn stand_in(workload: &str) -> &str {
    match workload {
        "conversation" => "chat",
        "synthetic" => "system-prompts",
        "agents" => "agent-sessions",
        "azure-code" => "bursts",
        other => other,
    }
}

const COMPARED: &[Role] = &[Role::Shipped, Role::Peer];

impl Plan {
    /// The quick matrix: some ten minutes on two cores.
    pub fn quick() -> Self {
        let mut plan = Self { entries: Vec::new(), seeds: 3, requests: 750 };
        for workload in ["conversation", "synthetic", "agents", "azure-code", "tool-agents", "hot", "tenants"]
        {
            for endpoints in [4, 8] {
                let loads = loads(workload);
                plan.add(
                    COMPARED,
                    loads[1..].iter().map(|load| Cell::plain(workload, "8b", endpoints, *load)),
                );
            }
        }
        plan.add(COMPARED, ["conversation", "agents"].map(|workload| everyday(workload, "70b", 8)));
        plan.sensitivity(&["conversation", "synthetic", "agents"], &[5.0], &[5.0], &[4]);
        plan.pools(&["conversation", "agents"], &[Upset::Removed, Upset::Hung]);
        plan.own(&["conversation", "synthetic", "agents"]);
        plan
    }

    /// The full matrix: hours.
    pub fn full() -> Self {
        let mut plan = Self { entries: Vec::new(), seeds: 5, requests: 1_500 };
        let workloads = crate::workloads::RECIPES.iter().map(|recipe| recipe.name);
        for workload in workloads {
            for endpoints in [4, 8, 16] {
                plan.add(COMPARED, loads(workload).map(|load| Cell::plain(workload, "8b", endpoints, load)));
            }
        }
        // Closer loads, to see which is sustained.
        for workload in ["conversation", "synthetic", "tool-agents", "agents"] {
            let between = if is_agents(workload) { [0.9, 1.1, 1.35] } else { [0.5, 0.7, 0.9] };
            plan.add(COMPARED, between.map(|load| Cell::plain(workload, "8b", 8, load)));
        }
        for hardware in ["32b", "70b"] {
            for workload in ["conversation", "agents", "tenants"] {
                plan.add(
                    COMPARED,
                    loads(workload)[1..3].iter().map(|load| Cell::plain(workload, hardware, 8, *load)),
                );
            }
        }
        let sensitive = ["conversation", "synthetic", "tool-agents", "agents"];
        plan.sensitivity(&sensitive, &[0.2, 1.0, 5.0], &[0.2, 1.0, 5.0], &[2, 4, 8]);
        plan.pools(&sensitive, &[Upset::Added, Upset::Removed, Upset::Slowed, Upset::Hung]);
        plan.own(&sensitive);
        plan
    }

    /// One cell for all.
    pub fn single(cell: Cell) -> Self {
        let everyone = vec![Role::Shipped, Role::Miscalibrated, Role::Ablated, Role::Peer];
        Self { entries: vec![(cell, everyone)], seeds: 3, requests: 1_500 }
    }

    /// Replaces workloads whose trace is not there by their generator, and says which.
    pub fn stand_in(&mut self, traces: Option<&Path>) -> Vec<String> {
        let mut said: Vec<String> = Vec::new();
        for (mut cell, roles) in std::mem::take(&mut self.entries) {
            if by_name(&cell.workload).is_some_and(|recipe| !recipe.is_there(traces)) {
                let generator = stand_in(&cell.workload).to_owned();
                let word = format!("{}: its trace is not there, {generator} stands for it", cell.workload);
                if !said.contains(&word) {
                    said.push(word);
                }
                cell.workload = generator;
            }
            self.add(&roles, [cell]);
        }
        said
    }

    /// Scrapes, events and replicas that are not everyday, one at a time.
    fn sensitivity(&mut self, workloads: &[&str], scrapes: &[f64], delays: &[f64], replicas: &[usize]) {
        for workload in workloads {
            let cell = everyday(workload, "8b", 8);
            self.add(COMPARED, [cell.clone()]);
            self.add(COMPARED, scrapes.iter().map(|scrape| Cell { scrape: *scrape, ..cell.clone() }));
            self.add(COMPARED, delays.iter().map(|delay| Cell { delay: *delay, ..cell.clone() }));
            self.add(COMPARED, replicas.iter().map(|replicas| Cell { replicas: *replicas, ..cell.clone() }));
        }
    }

    /// Pools that are not even, and endpoints that come, go, slow down and hang.
    fn pools(&mut self, workloads: &[&str], faults: &[Upset]) {
        for workload in workloads {
            let cell = everyday(workload, "8b", 8);
            self.add(COMPARED, [Cell { pool: Pool::Mixed, ..cell.clone() }]);
            self.add(COMPARED, faults.iter().map(|fault| Cell { fault: *fault, ..cell.clone() }));
        }
    }

    /// What only the shipped router is asked: wrong costs, missing parts.
    fn own(&mut self, workloads: &[&str]) {
        let roles = &[Role::Shipped, Role::Miscalibrated, Role::Ablated];
        self.add(roles, workloads.iter().map(|workload| everyday(workload, "8b", 8)));
        // Where only some of the parts matter.
        let parts = &[Role::Shipped, Role::Ablated];
        for cell in workloads.iter().map(|workload| everyday(workload, "8b", 8)) {
            self.add(parts, [Cell { replicas: 4, ..cell.clone() }, Cell { pool: Pool::Mixed, ..cell }]);
        }
    }

    fn add(&mut self, roles: &[Role], cells: impl IntoIterator<Item = Cell>) {
        for cell in cells {
            match self.entries.iter_mut().find(|(other, _)| *other == cell) {
                Some((_, known)) => {
                    known.extend(roles.iter().filter(|role| !known.contains(role)).collect::<Vec<_>>())
                }
                None => self.entries.push((cell, roles.to_vec())),
            }
        }
    }
}

/// The loads of a workload.
fn loads(workload: &str) -> [f64; 4] {
    if is_agents(workload) { AGENT_LOADS } else { LOADS }
}

/// A cell of a pool that is busy and not overloaded.
fn everyday(workload: &str, hardware: &str, endpoints: usize) -> Cell {
    Cell::plain(workload, hardware, endpoints, loads(workload)[if is_agents(workload) { 2 } else { 1 }])
}

#[cfg(test)]
mod tests {
    use super::Plan;
    use crate::quality::Role;
    use crate::sim::Hardware;
    use crate::workloads::by_name;

    #[test]
    fn every_cell_can_be_run_and_is_there_once() {
        for plan in [Plan::quick(), Plan::full()] {
            let mut names: Vec<String> = plan.entries.iter().map(|(cell, _)| cell.to_string()).collect();
            for (cell, roles) in &plan.entries {
                assert!(by_name(&cell.workload).is_some(), "{cell}");
                assert!(Hardware::by_name(&cell.hardware).is_some(), "{cell}");
                assert!(roles.contains(&Role::Shipped), "{cell}");
            }
            let count = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count);
        }
    }

    #[test]
    fn without_traces_generators_stand_in_and_it_is_said_once() {
        let mut plan = Plan::quick();
        let said = plan.stand_in(None);
        assert_eq!(said.len(), 4, "{said:?}");
        for (cell, _) in &plan.entries {
            assert!(by_name(&cell.workload).is_some_and(|recipe| !recipe.is_trace()), "{cell}");
        }
        let ablated = |(cell, roles): &(crate::quality::Cell, Vec<Role>)| {
            cell.workload == "chat" && roles.contains(&Role::Ablated) && roles.contains(&Role::Peer)
        };
        assert!(plan.entries.iter().any(ablated));
    }
}
